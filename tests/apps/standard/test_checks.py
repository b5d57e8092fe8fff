"""The doctor notices an edition that is no longer the text that was released."""

import pytest
from django.core.checks import run_checks

from guildmark.apps.audit.checks import DOCTOR
from guildmark.apps.standard.models import Domain, Requirement
from tests.apps.standard.factories import FIRST, release

pytestmark = pytest.mark.django_db


def told() -> list[str]:
    found = run_checks(tags=[DOCTOR], include_deployment_checks=True, databases=["default"])
    return [str(each.msg) for each in found if each.id == "guildmark.standard.E001"]


def test_a_released_edition_is_sound() -> None:
    release(FIRST)
    assert told() == []


def test_a_requirement_that_was_slipped_into_a_released_edition_is_noticed() -> None:
    edition = release(FIRST)
    domain = Domain.objects.filter(edition=edition).first()
    assert domain is not None
    Requirement.objects.create(
        edition=edition, domain=domain, position=99, key="slipped", label="X-9", statement="In."
    )
    [message] = told()
    assert str(edition) in message
