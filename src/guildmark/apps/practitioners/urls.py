"""Addresses of this context, from the root of the site."""

from django.urls import path

from .views import checking, employers, experience, profiles, readiness, referee, work

app_name = "practitioners"
EXPERIENCE = "profile/experience/<int:pk>/"
urlpatterns = [
    path("people/<slug:handle>/", profiles.person, name="person"),
    path("profile/", profiles.profile, name="profile"),
    path("profile/expertise/", profiles.expertise, name="expertise"),
    path("profile/work/", work.work, name="work"),
    path("profile/work/add/", work.add_work, name="add_work"),
    path("profile/work/<int:pk>/", work.work_line, name="work_line"),
    path("profile/interests/add/", work.add_interest, name="add_interest"),
    path("profile/interests/<int:pk>/", work.interest_line, name="interest_line"),
    path("profile/experience/", experience.experiences, name="experiences"),
    path("profile/experience/add/", experience.attest, name="attest"),
    path(EXPERIENCE, experience.experience, name="experience"),
    path(f"{EXPERIENCE}referee/", experience.ask_referee, name="ask_referee"),
    path("profile/availability/", readiness.availability, name="availability"),
    path("profile/record/", readiness.record, name="record"),
    path("referee/<str:token>/", referee.referee, name="referee"),
    path("checks/", checking.checks, name="checks"),
    path("checks/<int:pk>/", checking.check, name="check"),
    path("verifications/<int:pk>/end/", checking.end_verification, name="end_verification"),
    path("employers/", employers.employers, name="employers"),
    path("employers/find/", employers.find_employers, name="find_employers"),
    path("employers/<int:pk>/", employers.employer, name="employer"),
]
