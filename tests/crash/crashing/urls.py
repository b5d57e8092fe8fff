"""The site's addresses, and one that writes."""

from django.urls import include, path

from tests.crash.crashing import views

handler500 = "guildmark.site.views.errors.server_error"
urlpatterns = [
    path("write/<int:number>", views.write),
    path("", include("guildmark.site.urls")),
]
