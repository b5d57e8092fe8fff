"""Run by `guildmark shell` for browser tests: the demo's practitioners; prints what to visit."""

import json

from django.utils import timezone

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.practitioners import queries
from guildmark.site.demo.people import MEMBER, REGISTRAR
from guildmark.site.demo.practitioners import tell_all

now = timezone.now()
tell_all(at=now)
mira, registrar = accounts.person_by_email(MEMBER.email), accounts.person_by_email(REGISTRAR.email)
assert mira is not None
assert registrar is not None
running, verified = queries.own_experience(mira)
made = verified.verifications.get()
(check,) = queries.waiting_checks(registrar, now)
(bank,) = queries.employers_like("Harbour Bank")
(unchecked,) = queries.employers_like("Tidewater")
line = queries.employments(mira).first()
interest = queries.vendor_lines(mira).first()
assert line is not None
assert interest is not None
print(
    json.dumps(
        {
            "running": running.pk,
            "verified": verified.pk,
            "verification": made.pk,
            "check": check.pk,
            "bank": bank.pk,
            "unchecked": unchecked.pk,
            "line": line.pk,
            "interest": interest.pk,
        }
    )
)
