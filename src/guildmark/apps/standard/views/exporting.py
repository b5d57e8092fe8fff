"""Taking the standard away: files of an edition, and a feed of editions."""

from hashlib import sha256
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.apps.audit.problems import problem
from guildmark.apps.institute.queries import institute
from guildmark.apps.standard import queries
from guildmark.apps.standard.exchange import DOWNLOADS, write
from guildmark.apps.standard.queries import Edition

from .finding import edition_or_404, framework_or_404
from .words import CHANGES

# The text never changes, but the framework's name may, and lineage may be added to an edition that
# is kept elsewhere: so whoever has the file asks, and hears at once that it is still the same.
ASK_AGAIN = "public, no-cache"


@require_safe
def download(request: HttpRequest, framework: str, number: str, form: str) -> HttpResponseBase:
    """Answer an edition as a file; the address tells the format by its ending."""
    found = edition_or_404(framework, number)
    if (offered := DOWNLOADS.get(form)) is None:
        text = _("There is no format “%(form)s”; there are: %(known)s.")
        words = {"form": form, "known": ", ".join(DOWNLOADS)}
        return problem(HTTPStatus.NOT_FOUND, text % words)
    content = write(queries.catalog(found), offered.format)
    tag = f'"{sha256(content.encode()).hexdigest()}"'
    kept = {"ETag": tag, "Cache-Control": ASK_AGAIN}
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=kept)
    name = f"{framework}-{number}.{form}"
    return HttpResponse(
        content,
        content_type=f"{offered.media_type}; charset=utf-8",
        headers={
            **kept,
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name),
        },
    )


@require_safe
def feed(_request: HttpRequest, framework: str) -> HttpResponse:
    """Answer an Atom feed of the editions, each with what changed in it."""
    keeper = framework_or_404(framework)
    origin = institute().origin
    own = f"{origin}{reverse('standard:feed', args=[keeper.key])}"
    made = Atom1Feed(
        title=_("Editions of %(name)s") % {"name": keeper.name},
        link=f"{origin}{reverse('standard:framework', args=[keeper.key])}",
        description=keeper.summary,
        feed_url=own,
        feed_guid=own,
        language="en",
        author_name=keeper.name if keeper.external else institute().name,
    )
    for edition in queries.editions(keeper):
        address = f"{origin}{reverse('standard:edition', args=[keeper.key, edition.number])}"
        made.add_item(
            title=str(edition),
            link=address,
            description=_told(edition),
            unique_id=address,
            pubdate=edition.released_at,
            updateddate=edition.released_at,
        )
    return HttpResponse(made.writeString("utf-8"), content_type=made.content_type)


def _told(edition: Edition) -> str:
    """Say in a paragraph what an edition changed."""
    parts = [edition.summary] if edition.summary else []
    if edition.supersedes is not None:
        counts = queries.comparison(edition.supersedes, edition).counts()
        told = (f"{counts[word]} {CHANGES[word].label}" for word in CHANGES if counts[word])
        since = _("Since %(number)s: %(told)s.")
        parts.append(since % {"number": edition.supersedes.number, "told": ", ".join(told)})
    return " ".join(parts)
