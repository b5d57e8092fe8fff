"""The section "standard" of a programme file: the institute's own frameworks, all editions."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guildmark.apps.institute.slots import Problem, SectionRefused
from guildmark.cores import catalog as values
from guildmark.cores.catalog import CatalogRefused

from . import queries, services
from .catalogs import framework_value


class StandardSection:
    """Loads and exports {"frameworks": [{"framework": {...}, "editions": [{...}, ...]}]}."""

    def problems(self, data: Any, *, path: str) -> Iterable[Problem]:
        """Say everything that is wrong with the data as such."""
        if not isinstance(data, dict) or set(data) != {"frameworks"}:
            yield Problem(path, _("Give an object with one name, “frameworks”."))
            return
        if not isinstance(data["frameworks"], list):
            yield Problem(f"{path}.frameworks", _("Give a list of frameworks."))
            return
        for number, each in enumerate(data["frameworks"]):
            yield from _framework_problems(each, f"{path}.frameworks[{number}]")

    def load(self, data: Any, *, actor: Any, at: datetime) -> bool:
        """Release what is not released yet; what is there already is compared, never changed."""
        changed = False
        for number, each in enumerate(data["frameworks"]):
            path = f"$.frameworks[{number}]"
            framework = values.read_framework(each["framework"], f"{path}.framework")
            try:
                changed |= services.describe_framework(framework, actor=actor, at=at)
                for catalog, place in _catalogs(framework, each, path):
                    path = place
                    changed |= services.release_edition(catalog, actor=actor, at=at).is_new
            except CatalogRefused as refusal:
                raise SectionRefused(_problems_of(refusal, path)) from refusal
        return changed

    def export(self) -> Any:
        """Return all editions of the institute's own frameworks, or None where it has none."""
        own = queries.frameworks().filter(external=False).order_by("key")
        frameworks = [_framework_export(each) for each in own]
        return {"frameworks": frameworks} if frameworks else None


def _framework_problems(data: Any, path: str) -> Iterator[Problem]:
    if not isinstance(data, dict) or set(data) != {"framework", "editions"}:
        yield Problem(path, _("Give an object with “framework” and “editions”."))
        return
    if not isinstance(data["editions"], list):
        yield Problem(f"{path}.editions", _("Give a list of editions, the oldest first."))
        return
    try:
        framework = values.read_framework(data["framework"], f"{path}.framework")
    except CatalogRefused as refusal:
        yield from _problems_of(refusal)
        return
    if framework.external:
        text = _("A programme holds the institute's own frameworks. Remove this.")
        yield Problem(f"{path}.framework.external", text)
    for number, edition in enumerate(data["editions"]):
        try:
            values.read_edition(framework, edition, f"{path}.editions[{number}]")
        except CatalogRefused as refusal:
            yield from _problems_of(refusal)


def _catalogs(
    framework: values.Framework, data: Any, path: str
) -> Iterator[tuple[values.Catalog, str]]:
    for number, edition in enumerate(data["editions"]):
        place = f"{path}.editions[{number}]"
        yield values.read_edition(framework, edition, place), place


def _problems_of(refusal: CatalogRefused, path: str = "") -> Iterator[Problem]:
    for each in refusal.problems:
        yield Problem(each.place.replace("$", path, 1) if path else each.place, each.text)


def _framework_export(framework: queries.Framework) -> dict[str, Any]:
    editions = reversed(queries.editions(framework))
    return {
        "framework": values.framework_document(framework_value(framework)),
        "editions": [values.edition_document(queries.catalog(each)) for each in editions],
    }
