"""Addresses of this context, below /ledger/."""

from django.urls import path

from . import api, views

app_name = "audit"
urlpatterns = [
    path("", views.ledger, name="ledger"),
    path("entry/<int:index>/", views.entry, name="entry"),
    path("checkpoint", api.checkpoint, name="checkpoint"),
    path("vkey", api.vkey, name="vkey"),
    path("proof/inclusion", api.inclusion, name="inclusion"),
    path("proof/consistency", api.consistency, name="consistency"),
]
