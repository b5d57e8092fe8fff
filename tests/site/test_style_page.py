"""The living style page shows every component, and the reference names every component."""

import re
from pathlib import Path

import pytest
from django.test import Client

from guildmark import site

TEMPLATES = Path(site.__file__).parent / "templates"
REFERENCE = Path(__file__).parents[2] / "docs/reference/components.md"
COMPONENTS = sorted(
    path.relative_to(TEMPLATES / "cotton").with_suffix("").as_posix().removesuffix("/index")
    for path in (TEMPLATES / "cotton").rglob("*.html")
)
TAGS = [name.replace("_", "-") for name in COMPONENTS if "/" not in name]


def used_in(template: Path) -> set[str]:
    """Return the tags that a template uses, and those that these use in turn."""
    tags = set(re.findall(r"<c-([a-z-]+)", template.read_text("utf-8"))) - {"vars", "slot"}
    inner = [TEMPLATES / "cotton" / f"{tag.replace('-', '_')}.html" for tag in tags]
    return tags.union(*(used_in(path) for path in inner if path.exists()))


@pytest.mark.once
@pytest.mark.parametrize("tag", TAGS)
def test_the_reference_names_the_component(tag: str) -> None:
    assert f"<c-{tag}" in REFERENCE.read_text("utf-8")


@pytest.mark.once
def test_every_component_is_shown_on_the_style_page_or_by_a_page_that_is_tested() -> None:
    pages = ["site/style.html", "base.html", "desk.html", "allauth/layouts/manage.html"]
    shown = set().union(*(used_in(TEMPLATES / page) for page in pages))
    assert set(TAGS) - shown == set()


@pytest.mark.django_db
def test_a_form_with_errors_keeps_what_was_typed_and_leads_to_the_fields(client: Client) -> None:
    page = client.get("/style/").content.decode()
    assert "Kept as typed." in page
    for target in re.findall(r'<li><a href="#(id_\w+)">', page):
        assert f'id="{target}"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page


@pytest.mark.django_db
def test_the_choice_of_colours_is_remembered_without_scripts(client: Client) -> None:
    answer = client.post("/preferences/theme/", {"theme": "dark", "next": "/style/"}, follow=True)
    assert answer.redirect_chain == [("/style/", 302)]
    assert 'data-theme="dark"' in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/style/", "/account/login/", "/no-such-page"])
def test_no_page_holds_inline_style_or_script(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert not re.search(r"\sstyle=|<style\b|\son[a-z]+=", page)
    assert not re.findall(r'<script(?![^>]*(?:src=|type="application/json"))', page)
