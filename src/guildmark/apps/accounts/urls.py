"""Addresses of this context, below /account/; allauth's own lie beside them."""

from django.urls import path

from .views import account, decisions, people

app_name = "accounts"
PERSON = "people/<int:person_id>/"
urlpatterns = [
    path("", account.overview, name="overview"),
    path("preferences/", account.preferences, name="preferences"),
    path("data/", account.personal_data, name="personal_data"),
    path("close/", account.close, name="close"),
    path("people/", people.people, name="people"),
    path(PERSON, people.person, name="person"),
    path(f"{PERSON}grant/", people.grant, name="grant_role"),
    path(f"{PERSON}roles/<int:grant_id>/end/", decisions.end_role, name="end_role"),
    path(f"{PERSON}disable/", decisions.account, {"decision": "disable"}, name="disable_person"),
    path(f"{PERSON}enable/", decisions.account, {"decision": "enable"}, name="enable_person"),
    path(
        f"{PERSON}second-factors/reset/",
        decisions.account,
        {"decision": "reset"},
        name="reset_second_factors",
    ),
    path(f"{PERSON}close/", decisions.account, {"decision": "close"}, name="close_person"),
]
