"""The rules of the queue: the version in force, and what an institute begins with."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .models import Rules
from .states import Outcome

FIRST = 1
FIRST_ANSWER_DAYS, DISPOSITION_DAYS = 5, 30
SPLIT, MERGED, WITHDRAWN = "split", "same-point", "withdrawn"
TAKEN_BACK = "taken-back"
"""Codes of reasons that the queue itself gives; they are always there."""
TURNED = "turned-into-feedback"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of the published list, for one outcome."""

    outcome: str
    code: str
    text: str

    @property
    def title(self) -> Promise:
        """The outcome as people read it."""
        return Outcome(self.outcome).label


@dataclass(frozen=True, slots=True)
class Topic:
    """What a message to the institute can be about."""

    code: str
    title: str


def own_reasons() -> list[Reason]:
    """Return the reasons that the queue itself gives, in the reader's language."""
    return [
        Reason(Outcome.DUPLICATE, MERGED, _("It makes the same point as another one.")),
        Reason(Outcome.CONVERTED, SPLIT, _("It made several points, and each has its own now.")),
        Reason(Outcome.CONVERTED, TURNED, _("It is framework feedback and goes on as that.")),
        Reason(Outcome.CONVERTED, TAKEN_BACK, _("It was split by mistake and is whole again.")),
        Reason(Outcome.WITHDRAWN, WITHDRAWN, _("Its author took it back.")),
    ]


DEFAULT_REASONS = (
    Reason(Outcome.ACCEPTED, "seen-in-production", "It tells of a gap seen in production."),
    Reason(Outcome.ACCEPTED, "sound-argument", "It gives a sound argument that needs evidence."),
    Reason(Outcome.ACCEPTED, "wording-misleads", "The present wording misleads practitioners."),
    Reason(Outcome.DECLINED, "covered-already", "The edition in force covers it already."),
    Reason(Outcome.DECLINED, "out-of-scope", "It lies outside what the framework is about."),
    Reason(Outcome.DECLINED, "not-specific", "It is not specific enough, also after a question."),
    Reason(Outcome.DECLINED, "not-about-the-framework", "It is not about the framework."),
    Reason(Outcome.DECLINED, "unwanted", "It is advertising, abuse or sent by a machine."),
    Reason(Outcome.ANSWERED, "answered", "The question was answered."),
    Reason(Outcome.ANSWERED, "passed-on", "It was passed on to whom it concerns."),
)
DEFAULT_TOPICS = (
    Topic("question", "A question about the framework"),
    Topic("credential", "My credential or certificate"),
    Topic("exam", "An exam or an assessment"),
    Topic("complaint", "A complaint"),
    Topic("press", "Press and partnerships"),
    Topic("privacy", "Personal data"),
    Topic("other", "Something else"),
)


def in_force() -> Rules:
    """Return the newest version of the rules; the first one is made when it is first needed."""
    found = Rules.objects.order_by("-version").first()
    return found or _first()


def reasons(rules: Rules, outcome: Outcome | None = None) -> list[Reason]:
    """Return the published reasons of a version, for one outcome or for all."""
    known = [Reason(each["outcome"], each["code"], each["text"]) for each in rules.reasons]
    known += own_reasons()
    return [each for each in known if outcome is None or each.outcome == outcome]


def reason_text(rules: Rules, outcome: str, code: str) -> str:
    """Return the sentence of a reason."""
    found = (each.text for each in reasons(rules) if (each.outcome, each.code) == (outcome, code))
    return next(found, code)


def topics(rules: Rules) -> list[Topic]:
    """Return what a message can be about, in the order of the programme."""
    return [Topic(each["code"], each["title"]) for each in rules.topics]


def topic_title(rules: Rules, code: str) -> str:
    """Return the words of a topic."""
    return next((each.title for each in topics(rules) if each.code == code), code)


def _first() -> Rules:
    made, _created = Rules.objects.get_or_create(
        version=FIRST,
        defaults={
            "first_answer_days": FIRST_ANSWER_DAYS,
            "disposition_days": DISPOSITION_DAYS,
            "reasons": [_as_data(each) for each in DEFAULT_REASONS],
            "topics": [{"code": each.code, "title": each.title} for each in DEFAULT_TOPICS],
            "made_at": datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
        },
    )
    return made


def _as_data(reason: Reason) -> dict[str, str]:
    return {"outcome": str(reason.outcome), "code": reason.code, "text": reason.text}
