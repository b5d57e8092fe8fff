"""Points towards renewal travel in the programme file."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from guildmark.apps.audit.events import SYSTEM
from guildmark.apps.audit.models import Event
from guildmark.apps.practitioners import queries
from guildmark.apps.practitioners.programme import SECTION

DATA: dict[str, Any] = {
    "contributions": [
        {"kind": "case-study", "name": "Case study", "points": 8},
        {"kind": "comment", "name": "Comment on a draft", "points": 2},
    ],
    "renewals": [{"type": "CPAP", "points": 60}],
}


def problems(data: Any) -> dict[str, str]:
    return {each.path: each.text for each in SECTION.problems(data, path="$.here")}


@pytest.mark.once
def test_good_data_has_no_problems() -> None:
    assert problems(DATA) == {}
    assert problems({"contributions": [], "renewals": []}) == {}


BAD: list[tuple[Any, str, str]] = [
    ([], "$.here", "object"),
    ({"contributions": []}, "$.here", "renewals"),
    ({"contributions": {}, "renewals": []}, "$.here.contributions", "list"),
    ({"contributions": [3], "renewals": []}, "$.here.contributions[0]", "exactly"),
    ({"contributions": [], "renewals": [{"type": "CPAP"}]}, "$.here.renewals[0]", "exactly"),
]


@pytest.mark.once
@pytest.mark.parametrize(("data", "path", "text"), BAD)
def test_data_of_another_shape_is_refused(data: Any, path: str, text: str) -> None:
    assert text in problems(data)[path]


@pytest.mark.once
@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("contributions", "kind", "Case Study"),
        ("contributions", "kind", 3),
        ("contributions", "name", " "),
        ("contributions", "name", "x" * 201),
        ("contributions", "points", -1),
        ("contributions", "points", True),
        ("contributions", "points", 40_000),
        ("renewals", "type", "cpap"),
        ("renewals", "points", "60"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(part: str, name: str, value: Any) -> None:
    data = deepcopy(DATA)
    data[part][0][name] = value
    assert set(problems(data)) == {f"$.here.{part}[0].{name}"}


@pytest.mark.once
def test_what_is_given_twice_is_refused() -> None:
    data = deepcopy(DATA)
    data["contributions"].append(data["contributions"][0])
    assert "given twice" in problems(data)["$.here.contributions"]


def test_what_is_loaded_is_exported_and_loading_it_again_changes_nothing(
    db: None, at: datetime
) -> None:
    assert SECTION.export() is None
    assert SECTION.load(DATA, actor=SYSTEM, at=at)
    assert SECTION.export() == DATA
    assert not SECTION.load(DATA, actor=SYSTEM, at=at)
    assert Event.objects.filter(name="practitioners:points:defined").count() == 1
    assert queries.points_needed() == {"CPAP": 60}
