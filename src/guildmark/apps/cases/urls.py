"""Addresses of this context, below /cases/."""

from django.urls import path

from .views import pages

app_name = "cases"
urlpatterns = [
    path("", pages.cases, name="cases"),
    path("<str:number>/", pages.case, name="case"),
    path("<str:number>/<str:move>/", pages.step, name="step"),
]
