"""Every address of the site; each context brings its own."""

from django.urls import include, path

from .views import health, pages

handler500 = "guildmark.site.views.errors.server_error"

urlpatterns = [
    path("", pages.home, name="home"),
    path("desk/", pages.desk, name="desk"),
    path("style/", pages.style, name="style"),
    path("preferences/theme/", pages.set_theme, name="set_theme"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("account/mail/", include("guildmark.apps.mail.urls")),
    path("account/", include("guildmark.apps.accounts.urls")),
    path("account/", include("allauth.urls")),
    path("ledger/", include("guildmark.apps.audit.urls")),
    path("standard/", include("guildmark.apps.standard.urls")),
    path("cases/", include("guildmark.apps.cases.urls")),
    path("conflicts/", include("guildmark.apps.assignments.urls")),
    path("", include("guildmark.apps.contributions.urls")),
    path("", include("guildmark.apps.credentials.urls")),
    path("", include("guildmark.apps.practitioners.urls")),
]
