"""How to cite an edition or a requirement of it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.apps.institute.queries import institute
from guildmark.apps.standard.citation import Cited, apa, bibtex, csl
from guildmark.apps.standard.queries import Edition, Requirement

from .finding import crumbs, edition_crumb, edition_or_404, requirement_or_404


@require_safe
def edition(request: HttpRequest, framework: str, number: str) -> HttpResponse:
    """Cite an edition: a page, or with ?format=bibtex or csl-json a file."""
    return _answer(request, edition_or_404(framework, number), None)


@require_safe
def requirement(request: HttpRequest, framework: str, number: str, word: str) -> HttpResponse:
    """Cite a requirement of an edition."""
    found = edition_or_404(framework, number)
    return _answer(request, found, requirement_or_404(found, word))


def _answer(request: HttpRequest, found: Edition, row: Requirement | None) -> HttpResponse:
    cited = _cited(found, row)
    match request.GET.get("format"):
        case "bibtex":
            return _bibtex_file(cited)
        case "csl-json":
            return _csl_file(cited)
    place = [(row.label, _path(found, row))] if row else []
    context = {
        "edition": found,
        "requirement": row,
        "cited": cited,
        "apa": apa(cited),
        "bibtex": bibtex(cited),
        "crumbs": crumbs(edition_crumb(found), *place, (_("Cite"), ""), framework=found.framework),
    }
    return render(request, "standard/cite.html", context)


def _bibtex_file(cited: Cited) -> HttpResponse:
    return HttpResponse(
        bibtex(cited),
        content_type="application/x-bibtex; charset=utf-8",
        headers=_attachment(f"{cited.identifier}.bib"),
    )


def _csl_file(cited: Cited) -> HttpResponse:
    return JsonResponse(
        csl(cited),
        safe=False,
        headers=_attachment(f"{cited.identifier}.json"),
        content_type="application/vnd.citationstyles.csl+json",
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )


def _attachment(name: str) -> dict[str, str]:
    header = content_disposition_header(as_attachment=True, filename=name)
    return {"Content-Disposition": header or "attachment"}


def _cited(found: Edition, row: Requirement | None) -> Cited:
    keeper = institute()
    suffix = f"-{row.key}" if row else ""
    return Cited(
        identifier=f"{found.framework.key}-{found.number}{suffix}",
        title=found.framework.name,
        edition=found.number,
        released=found.released_at.date(),
        url=f"{keeper.origin}{_path(found, row)}",
        author=_author(found, keeper.name),
        part=str(row) if row else "",
        accessed=timezone.localdate(),
    )


def _author(found: Edition, keeper: str) -> str:
    """Return who an edition is by: of a foreign one whom its attribution names first."""
    return found.attribution.partition(",")[0] if found.framework.external else keeper


def _path(found: Edition, row: Requirement | None) -> str:
    arguments = [found.framework.key, found.number]
    if row is None:
        return reverse("standard:edition", args=arguments)
    return reverse("standard:requirement", args=[*arguments, row.key])
