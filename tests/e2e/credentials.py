"""Run by `guildmark shell` for browser tests: a credential for each answer; prints their ids."""

import json

from django.utils import timezone

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts import services
from guildmark.apps.credentials import answers
from guildmark.site.demo.credentials import award_all
from guildmark.site.demo.people import MEMBER, REGISTRAR, SECOND_REGISTRAR

PASSWORD = "correct horse battery staple"  # As in conftest.
administrator = accounts.person_by_email("admin@example.org")
assert administrator is not None
now = timezone.now()
for each in (REGISTRAR, SECOND_REGISTRAR, MEMBER):
    if accounts.person_by_email(each.email) is None:
        person = services.create_person(
            email=each.email, password=PASSWORD, display_name=each.name, at=now
        )
        if each.role:
            services.grant_role(person, each.role, actor=administrator, at=now, reason="A test.")
            services.enrol_authenticator_app(person, secret=each.secret, at=now)
made = award_all(at=now)
print(json.dumps({answers.answer_about(each, at=now).state: each.number for each in made}))
