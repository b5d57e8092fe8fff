"""Founding and changing the institute."""

from datetime import datetime

import pytest

from guildmark.apps.institute import queries, services
from guildmark.apps.institute.models import Institute

pytestmark = pytest.mark.django_db


def found(at: datetime, **changes: str) -> Institute:
    fields = {
        "name": "Example Institute",
        "origin": "https://example.org",
        "contact_email": "office@example.org",
    }
    return services.found_institute(actor=None, at=at, **{**fields, **changes})


def test_a_founded_institute_is_what_pages_show(at: datetime) -> None:
    assert not queries.is_founded()
    found(at, name="  Example   Institute ")
    assert queries.institute().name == "Example Institute"
    assert queries.institute().brand_letter == "E"


def test_a_second_institute_is_refused_by_name(at: datetime) -> None:
    found(at)
    with pytest.raises(services.InstituteRefused, match="Example Institute"):
        found(at, name="Another")


@pytest.mark.parametrize(
    "origin",
    ["example.org", "ftp://example.org", "https://example.org/path", "https://a@example.org", ""],
)
def test_an_origin_that_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(services.InstituteRefused, match="no origin"):
        services.normalised_origin(origin)


def test_a_public_origin_needs_https() -> None:
    with pytest.raises(services.InstituteRefused, match="https"):
        services.normalised_origin("http://example.org")
    assert services.normalised_origin("http://localhost:8000/") == "http://localhost:8000"


def test_the_origin_can_change_until_it_is_fixed(at: datetime) -> None:
    found(at)
    services.change_institute(actor=None, at=at, origin="https://new.example.org")
    services.fix_origin(actor=None, at=at)
    with pytest.raises(services.InstituteRefused, match=r"https://new\.example\.org"):
        services.change_institute(actor=None, at=at, origin="https://example.org")
    assert queries.institute().origin == "https://new.example.org"


@pytest.mark.parametrize(("field", "value"), [("name", "  "), ("contact_email", "nowhere")])
def test_founding_refuses_what_cannot_be_used(at: datetime, field: str, value: str) -> None:
    with pytest.raises(services.InstituteRefused):
        found(at, **{field: value})
    assert not queries.is_founded()
