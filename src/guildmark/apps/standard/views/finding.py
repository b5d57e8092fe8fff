"""What several pages need: the rows an address names, and the way around them."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from guildmark.apps.standard import queries
from guildmark.apps.standard.queries import Edition, Framework, Requirement

Item = dict[str, object]


def framework_or_404(key: str) -> Framework:
    """Return the framework, or answer that there is none."""
    found = queries.frameworks().filter(key=key).first()
    if found is None:
        raise Http404(_("There is no framework “%(key)s” here.") % {"key": key})
    return found


def edition_or_404(framework: str, number: str) -> Edition:
    """Return the edition, or answer that there is none."""
    found = queries.editions(framework_or_404(framework)).filter(number=number).first()
    if found is None:
        raise Http404(
            _("“%(key)s” has no edition %(number)s.") % {"key": framework, "number": number}
        )
    return found


def requirement_or_404(edition: Edition, word: str) -> Requirement:
    """Return the requirement with this key or label, or answer that there is none."""
    found = queries.requirement(edition, word)
    if found is None:
        raise Http404(
            _("Edition %(number)s has no requirement “%(word)s”.")
            % {"number": edition.number, "word": word}
        )
    return found


def crumbs(*further: tuple[str, str], framework: Framework) -> list[Item]:
    """Return the breadcrumb: the standard, the framework, and what follows (label, address)."""
    start = [
        (_("Standard"), reverse("standard:frameworks")),
        (framework.code, reverse("standard:framework", args=[framework.key])),
    ]
    return [{"label": label, "url": url} for label, url in (*start, *further)]


def edition_crumb(edition: Edition) -> tuple[str, str]:
    """Return an edition's place in the breadcrumb."""
    label = _("Edition %(number)s") % {"number": edition.number}
    return label, reverse("standard:edition", args=[edition.framework.key, edition.number])


def domain_items(edition: Edition, *, current: str = "") -> list[Item]:
    """Return the domains of an edition for the navigation at the side."""
    return [
        {
            "number": _short(each.label),
            "label": each.title,
            "url": reverse(
                "standard:domain", args=[edition.framework.key, edition.number, each.key]
            ),
            "current": each.key == current,
        }
        for each in edition.domains.all()
    ]


def _short(label: str) -> str:
    """Return what tells the label from its neighbours: PSF-3 is 3, AC is AC."""
    return label.rpartition("-")[2]
