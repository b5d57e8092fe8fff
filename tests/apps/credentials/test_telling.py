"""What verifiers are told: ready as a text, it says the same at every moment."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.apps.credentials import telling
from guildmark.apps.credentials.states import Cause, ShownAs, State
from guildmark.apps.credentials.telling import Known

pytestmark = pytest.mark.once

MICROSECOND = timedelta(microseconds=1)
A_THOUSAND_YEARS = 31_556_952_000 * 10**6
MOMENTS = st.integers(1, A_THOUSAND_YEARS).map(
    lambda passed: datetime(1970, 1, 1, tzinfo=UTC) + passed * MICROSECOND
)
TEXTS = st.text(max_size=20) | st.just('", "state": "valid"')


@st.composite
def known(draw: st.DrawFn) -> Known:
    begins = draw(MOMENTS)
    lasts = st.timedeltas(MICROSECOND, timedelta(days=365))
    return Known(
        number=draw(TEXTS),
        version=draw(st.integers(1, 9)),
        state=draw(st.sampled_from(State)).value,
        valid_from=begins,
        valid_until=draw(st.none() | lasts.map(lambda length: begins + length)),
        type_code="CPAP",
        type_name=draw(TEXTS),
        shown_as=draw(st.sampled_from(ShownAs)).value,
        holder_name=draw(TEXTS),
        handle=draw(TEXTS),
        public_text=draw(TEXTS),
        cause=draw(st.none() | st.sampled_from(Cause).map(str)),
        changed_at=draw(st.none() | MOMENTS),
        successor=draw(st.none() | TEXTS),
        has_document=draw(st.booleans()),
        origin="https://example.org",
    )


def edges(told: Known) -> list[datetime]:
    """The moments at which something can change, and those before."""
    turns = [told.valid_from, told.valid_until or told.valid_from + timedelta(days=9999)]
    return [moment - step for moment in turns for step in (timedelta(), MICROSECOND)]


@given(known(), MOMENTS)
def test_an_answer_that_is_ready_says_at_every_moment_what_is_true(
    told: Known, moment: datetime
) -> None:
    ready = telling.prepared(told)
    for at in [moment, *edges(told)]:
        text, _tag = telling.written(ready, telling.microseconds(at))
        assert json.loads(text) == telling.told(told, at=at)


@given(known(), known())
def test_tags_are_the_same_where_text_and_version_are(one: Known, other: Known) -> None:
    for at in [*edges(one), *edges(other)]:
        moment = telling.microseconds(at)
        written = [telling.written(telling.prepared(each), moment) for each in (one, other)]
        (text, tag), (other_text, other_tag) = written
        if tag == other_tag:
            assert text == other_text
        again = telling.written(telling.prepared(one._replace(version=one.version + 1)), moment)
        assert (again[0] == text, again[1] == tag) == (True, False)
