"""Run by `guildmark shell` for the browser tests: the people who visit the served institute."""

from django.utils import timezone

from guildmark.apps.accounts import queries, services

PASSWORD = "correct horse battery staple"  # As in conftest.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # As in conftest.

for name in ("member", "second-member", "changing"):
    services.create_person(
        email=f"{name}@example.org",
        password=PASSWORD,
        display_name=name.title(),
        at=timezone.now(),
    )
administrator = queries.person_by_email("admin@example.org")
assert administrator is not None
services.enrol_authenticator_app(administrator, secret=SECRET, at=timezone.now())
