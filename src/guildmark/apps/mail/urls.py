"""Addresses of this context, below /account/mail/."""

from django.urls import path

from . import views

app_name = "mail"
urlpatterns = [
    path("", views.preferences, name="preferences"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
