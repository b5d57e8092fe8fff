"""Addresses of this context, below /conflicts/."""

from django.urls import path

from . import views

app_name = "assignments"
urlpatterns = [
    path("", views.own, name="own"),
    path("people/add/", views.add_tie, name="add_tie"),
    path("people/<int:pk>/end/", views.end_tie, name="end_tie"),
    path("check/", views.check, name="check"),
    path("about/<str:number>/", views.about, name="about"),
    path("<int:pk>/withdraw/", views.withdraw, name="withdraw"),
]
