"""What this context puts into the slots of others: home, desk, personal data, the standard."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guildmark.apps.accounts import queries as accounts
from guildmark.apps.accounts.slots import DeskItem, DeskSection, Door, Link
from guildmark.apps.accounts.states import Role
from guildmark.apps.audit import services as audit
from guildmark.apps.practitioners import queries as practitioners
from guildmark.apps.practitioners.slots import ProfileLine, ProfileSection
from guildmark.apps.standard.slots import Action, Panel, PanelItem, Requested

from . import policies, queries
from .models import Contribution, Draft, Voice
from .services import drop_draft
from .services.moving import subject
from .slots import Way
from .states import Credit, Outcome

KEPT_ON_THE_DESK = timedelta(days=60)
"""How long the desk shows what was decided on."""
ON_THE_DESK = 10
BESIDE_A_REQUIREMENT = 5


def doors(_request: HttpRequest) -> Iterable[Door]:
    """Lead everybody from the home page to how the framework is developed."""
    return [
        Door(
            title=_("Shape the standard"),
            text=_("Say what is missing or outdated: every word is read, answered and traceable."),
            url=reverse("contributions:advisory"),
        )
    ]


def link(request: HttpRequest) -> Link | None:
    """Lead whoever reads the queue to it from every page."""
    if not request.user.is_authenticated or not policies.QUEUE_READ.allows(request.user):
        return None
    return Link(title=gettext_lazy("Queue"), url_name="contributions:queue")


def advisory_link(_request: HttpRequest) -> Link:
    """Keep the advisory page in the masthead."""
    return Link(title=gettext_lazy("Contribute"), url_name="contributions:advisory")


def requirement_actions(_request: HttpRequest, asked: Requested) -> Iterable[Action]:
    """Let everybody send feedback on the requirement that they are reading."""
    words = {"framework": asked.framework, "edition": asked.edition, "about": asked.key}
    address = f"{reverse('contributions:feedback')}?{urlencode(words)}"
    return [Action(title=_("Send feedback on this requirement"), url=address)]


def requirement_panel(_request: HttpRequest, asked: Requested) -> Panel | None:
    """Show what others sent in about a requirement, and what became of it."""
    rows = queries.about(asked.framework, requirement=asked.key)
    items = [
        PanelItem(
            text=f"{each.public_summary} ({each.state_label})",
            url=reverse("contributions:fate", args=[each.number]),
        )
        for each in rows[:BESIDE_A_REQUIREMENT]
    ]
    return Panel(title=_("Feedback from practitioners"), items=items) if items else None


def mine(request: HttpRequest) -> DeskSection:
    """Show a person what became of what they sent in and joined."""
    since = timezone.now() - KEPT_ON_THE_DESK
    rows = [
        each for each in queries.own(request.user)
        if each.is_open or (each.disposed_at or since) >= since
    ]  # fmt: skip
    items = [_own_item(each) for each in rows[:ON_THE_DESK]]
    items += [_draft_item(each) for each in queries.drafts(request.user)[:ON_THE_DESK]]
    items += [
        DeskItem(
            title=each.contribution.public_summary,
            url=reverse("contributions:fate", args=[each.contribution.number]),
            detail=_("You joined it."),
            state=each.contribution.outcome or each.contribution.state,
        )
        for each in queries.joined(request.user)[:ON_THE_DESK]
    ]
    return DeskSection(
        title=_("What you sent in"),
        empty_text=_("Feedback and messages of yours, and what became of them, will appear here."),
        items=items,
    )


def waiting(request: HttpRequest) -> DeskSection | None:
    """Show whoever triages what waits for them first, by the day it is due."""
    if not policies.QUEUE_READ.allows(request.user):
        return None
    now = timezone.now()
    items = [
        DeskItem(
            title=each.summary,
            url=reverse("contributions:triage", args=[each.number]),
            detail=_("You have taken this on.") if each.claimed_by_id else "",
            state=each.state,
            due=_end_of(each),
        )
        for each in queries.waiting_for(request.user, at=now, most=ON_THE_DESK)
    ]
    if (more := queries.waiting_count(request.user, at=now) - len(items)) > 0:
        words = ngettext("%(n)s more in the queue", "%(n)s more in the queue", more)
        items.append(DeskItem(title=words % {"n": more}, url=reverse("contributions:queue")))
    return DeskSection(
        title=_("Waiting in the queue"),
        empty_text=_("Contributions that you may decide on will appear here."),
        items=items,
    )


def undecidable(request: HttpRequest) -> DeskSection | None:
    """Tell who grants roles, without a word about them, of what nobody may decide on."""
    if not accounts.has_role(request.user, Role.ADMINISTRATOR):
        return None
    number = len(queries.undecidable(at=timezone.now()))
    if not number:
        return None
    words = ngettext(
        "Nobody may decide on %(n)s contribution",
        "Nobody may decide on %(n)s contributions",
        number,
    )
    advice = _(
        "Nobody has the role, or everybody who has it has a conflict of interest. Give the role "
        "“triage” to somebody else, for instance a practitioner from another firm."
    )
    item = DeskItem(title=words % {"n": number}, url=reverse("accounts:people"), detail=advice)
    return DeskSection(title=_("Waits for somebody independent"), empty_text="", items=[item])


def profile_section(person: Any) -> ProfileSection:
    """List the accepted feedback of a person on their public profile, as far as they are named.

    What is credited to a name stands on a profile that shows the name, or it would tell who the
    handle is.
    """
    found = practitioners.profile(person)
    shown = [Credit.HANDLE, *([Credit.NAMED] if found is not None and found.shows_name else [])]
    rows = queries.published().filter(
        author=person,
        outcome=Outcome.ACCEPTED.value,
        credit__in=[each.value for each in shown],
    )
    lines = [
        ProfileLine(
            title=each.public_summary,
            url=reverse("contributions:fate", args=[each.number]),
            detail=each.target_label,
        )
        for each in rows.order_by("-disposed_at", "-pk")
    ]
    return ProfileSection(title=_("Feedback that was accepted"), lines=lines)


def personal_data(person: Any) -> dict[str, Any]:
    """Return what a person sent in, joined and began to write, ready for JSON."""
    return {
        "contributions": [_told(each) for each in queries.own(person)],
        "voices": [
            {"on": each.contribution.number, "words": each.words, "at": each.joined_at.isoformat()}
            for each in Voice.objects.filter(person=person).select_related("contribution")
        ],
        "drafts": [each.fields for each in queries.drafts(person)],
    }


def close_account(person: Any, _at: datetime) -> None:
    """Cut the person loose from what they sent in; it stays as evidence without a name.

    Drafts go. What somebody took on goes back to the queue.
    """
    for each in Contribution.objects.select_for_update().filter(author=person):
        each.author, each.author_name, each.credential_number = None, "", ""
        each.save(update_fields=["author", "author_name", "credential_number"])
        audit.forget(subject(each))
    Voice.objects.filter(person=person).update(person=None, credential_number="")
    Contribution.objects.filter(claimed_by=person).update(claimed_by=None, claimed_at=None)
    for draft in queries.drafts(person):
        drop_draft(draft, actor=person)


def ways(_request: HttpRequest) -> Iterable[Way]:
    """Offer feedback and contact on the advisory page."""
    return [
        Way(
            title=_("Framework feedback"),
            text=_("A gap, an outdated requirement, a domain that should cover more."),
            url=reverse("contributions:feedback"),
            who=_("For holders of a credential; from others it goes in as a message."),
        ),
        Way(
            title=_("Join what others saw"),
            text=_("If somebody has said it already, add your voice in your own words."),
            url=reverse("contributions:fates"),
            who=_("For holders of a credential."),
        ),
        Way(
            title=_("Contact"),
            text=_("Any question, complaint or hint. You get a reference at once and an answer."),
            url=reverse("contributions:contact"),
            who=_("For everybody, without an account."),
        ),
    ]


def _own_item(row: Contribution) -> DeskItem:
    return DeskItem(
        title=row.summary,
        url=reverse("contributions:own", args=[row.number]),
        detail=str(row.outcome_label),
        state=row.outcome or row.state,
        due=_end_of(row),
    )


def _draft_item(row: Draft) -> DeskItem:
    address = f"{reverse('contributions:feedback')}?{urlencode({'draft': row.token})}"
    title = row.fields.get("summary") or _("Feedback without a summary yet")
    return DeskItem(title=title, url=address, detail=_("A draft: nobody but you has it."))


def _end_of(row: Contribution) -> datetime | None:
    day = row.next_due
    zone = timezone.get_default_timezone()
    return datetime.combine(day, time.max, tzinfo=zone) if day else None


def _told(row: Contribution) -> dict[str, Any]:
    return {
        "reference": row.number,
        "kind": row.kind,
        "about": row.target_label,
        "summary": row.summary,
        "details": row.details,
        "seen": row.seen,
        "proposed": row.proposed,
        "credential": row.credential_number,
        "received": row.received_at.isoformat(),
        "state": row.state,
        "outcome": row.outcome,
        "answer": row.reason_text,
        "files": [each.name for each in row.attachments.all()],
        "messages": [
            {"from_you": each.from_author, "text": each.text, "at": each.written_at.isoformat()}
            for each in row.replies.all()
        ],
    }
