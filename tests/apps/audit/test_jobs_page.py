"""The reference page of jobs says what the program does."""

import re
from pathlib import Path

import pytest

from guildmark.apps import audit, keys
from guildmark.apps.audit.jobs import recurring_tasks
from guildmark.apps.audit.services.backoff import backoff
from guildmark.apps.audit.states import DELIVERY, JOB

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "jobs.md").read_text("utf-8")


def test_the_state_machines_are_drawn_from_their_tables() -> None:
    for table in (JOB, DELIVERY):
        assert table.mermaid() in PAGE


def test_every_recurring_task_is_listed() -> None:
    listed = set(re.findall(r"^\| `([a-z]+:[^`]+)` \|", PAGE, re.MULTILINE))
    ours = {each.name for each in recurring_tasks() if not each.name.startswith("tests:")}
    assert listed == ours


@pytest.mark.parametrize("context", [audit, keys])
def test_every_finding_of_the_doctor_is_explained(context: object) -> None:
    source = Path(str(getattr(context, "__file__", ""))).with_name("checks.py").read_text("utf-8")
    for number in re.findall(r'id="(guildmark\.[a-z]+\.[EW]\d+)"', source):
        assert f"| `{number}` |" in PAGE


def test_the_waits_are_those_that_the_page_names() -> None:
    waits = [backoff(attempts).total_seconds() for attempts in range(1, 8)]
    named = ", ".join(f"{wait:.0f} s" for wait in waits)
    assert f"| {named}, then 6 h |" in PAGE
    assert backoff(8).total_seconds() == 6 * 3600
