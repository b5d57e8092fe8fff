"""The choices that practitioners make, and where requests for a verification stand."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guildmark.cores.lifecycle import Lifecycle, Transition


class Sector(StrEnum):
    """Where a person works, from a short list that no one is found by."""

    FINANCE = "finance"
    HEALTH = "health"
    PUBLIC = "public"
    INDUSTRY = "industry"
    RETAIL = "retail"
    TRANSPORT = "transport"
    ENERGY = "energy"
    TELECOMS = "telecoms"
    SOFTWARE = "software"
    CONSULTING = "consulting"
    EDUCATION = "education"
    OTHER = "other"

    @property
    def label(self) -> Promise:
        """The sector as people read it."""
        return SECTORS[self]


class EmployerKind(StrEnum):
    """An organisation of the register, or somebody who works for themselves."""

    ORGANISATION = "organisation"
    SELF_EMPLOYED = "self-employed"


class InterestKind(StrEnum):
    """What binds a person to a vendor."""

    WORKS = "works for"
    OWNS = "owns shares"
    PAID = "paid by"
    OTHER = "other"

    @property
    def label(self) -> Promise:
        """The kind as people read it."""
        return INTERESTS[self]


class Level(StrEnum):
    """How well a person says that they know a domain; nobody checks it."""

    BASIC = "basic"
    WORKING = "working"
    ADVANCED = "advanced"
    LEADING = "leading"

    @property
    def label(self) -> Promise:
        """The level as people read it."""
        return LEVELS[self]


class SystemKind(StrEnum):
    """What kind of system a person worked on."""

    ASSISTANT = "assistant"
    RETRIEVAL = "retrieval"
    AGENT = "agent"
    PREDICTION = "prediction"
    DOCUMENTS = "documents"
    CODE = "code"
    VISION = "vision"
    SPEECH = "speech"
    PLATFORM = "platform"
    OTHER = "other"

    @property
    def label(self) -> Promise:
        """The kind as people read it."""
        return SYSTEMS[self]


class Scale(StrEnum):
    """How many people a system served in a month, in coarse bands."""

    PILOT = "pilot"
    HUNDREDS = "hundreds"
    THOUSANDS = "thousands"
    HUNDREDS_OF_THOUSANDS = "hundreds of thousands"
    MILLIONS = "millions"

    @property
    def label(self) -> Promise:
        """The band as people read it."""
        return SCALES[self]


class Way(StrEnum):
    """How experience was verified."""

    PORTFOLIO = "portfolio"
    REFEREE = "referee"
    CHECKER = "checker"

    @property
    def label(self) -> Promise:
        """The way as people read it."""
        return WAYS[self]


class Relation(StrEnum):
    """How a referee knows a person's work."""

    MANAGER = "manager"
    COLLEAGUE = "colleague"
    CUSTOMER = "customer"
    PARTNER = "partner"
    OTHER = "other"

    @property
    def label(self) -> Promise:
        """The relation as people read it."""
        return RELATIONS[self]


class ReferenceState(StrEnum):
    """Where a request to a referee stands; whether it has lapsed is asked of the clock."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    CANNOT_TELL = "cannot tell"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Promise:
        """The state as people read it."""
        return REFERENCES[self]


class Identity(StrEnum):
    """What shows that a referee is who they say."""

    MAIL_DOMAIN = "mail domain"
    HOLDER = "holder"
    NOT_CHECKED = "not checked"

    @property
    def label(self) -> Promise:
        """What was checked, as people read it."""
        return IDENTITIES[self]


class CheckState(StrEnum):
    """Where a request to a checker of the institute stands."""

    ASKED = "asked"
    VERIFIED = "verified"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Promise:
        """The state as people read it."""
        return CHECKS[self]


class Purpose(StrEnum):
    """What a person can offer their time for."""

    DRAFT_REVIEW = "draft review"
    ITEM_VALIDATION = "item validation"
    ASSESSING = "assessing"

    @property
    def label(self) -> Promise:
        """The purpose as people read it."""
        return PURPOSES[self]

    @property
    def description(self) -> Promise:
        """One sentence: what is asked of who opts in."""
        return PURPOSE_TEXTS[self]


REFERENCE = Lifecycle(
    "reference",
    ReferenceState,
    ReferenceState.ASKED,
    (
        Transition("confirm", {ReferenceState.ASKED}, ReferenceState.CONFIRMED),
        Transition("refuse", {ReferenceState.ASKED}, ReferenceState.REFUSED),
        Transition("pass", {ReferenceState.ASKED}, ReferenceState.CANNOT_TELL),
        Transition("withdraw", {ReferenceState.ASKED}, ReferenceState.WITHDRAWN),
    ),
)
ANSWERS = ("confirm", "refuse", "pass")
"""What a referee can do; each is a transition of `REFERENCE`."""
CHECK = Lifecycle(
    "check",
    CheckState,
    CheckState.ASKED,
    (
        Transition("verify", {CheckState.ASKED}, CheckState.VERIFIED),
        Transition("decline", {CheckState.ASKED}, CheckState.DECLINED),
        Transition("withdraw", {CheckState.ASKED}, CheckState.WITHDRAWN),
    ),
)

SECTORS: dict[Sector, Promise] = {
    Sector.FINANCE: _("finance and insurance"),
    Sector.HEALTH: _("health and care"),
    Sector.PUBLIC: _("public administration and defence"),
    Sector.INDUSTRY: _("manufacturing and construction"),
    Sector.RETAIL: _("trade and hospitality"),
    Sector.TRANSPORT: _("transport and logistics"),
    Sector.ENERGY: _("energy, water and waste"),
    Sector.TELECOMS: _("telecommunications and media"),
    Sector.SOFTWARE: _("software and cloud services"),
    Sector.CONSULTING: _("consulting, law and auditing"),
    Sector.EDUCATION: _("education and research"),
    Sector.OTHER: _("another sector"),
}
INTERESTS: dict[InterestKind, Promise] = {
    InterestKind.WORKS: _("I work for it"),
    InterestKind.OWNS: _("I own shares of it"),
    InterestKind.PAID: _("I am paid by it in another way"),
    InterestKind.OTHER: _("something else"),
}
LEVELS: dict[Level, Promise] = {
    Level.BASIC: _("basic: I know the ideas"),
    Level.WORKING: _("working: I have applied it"),
    Level.ADVANCED: _("advanced: I have designed it and run it"),
    Level.LEADING: _("leading: others ask me how it is done"),
}
SYSTEMS: dict[SystemKind, Promise] = {
    SystemKind.ASSISTANT: _("assistant that talks with people"),
    SystemKind.RETRIEVAL: _("search or answers from documents"),
    SystemKind.AGENT: _("agent that acts in other systems"),
    SystemKind.PREDICTION: _("prediction, scoring or ranking"),
    SystemKind.DOCUMENTS: _("reading or writing of documents"),
    SystemKind.CODE: _("writing of software"),
    SystemKind.VISION: _("images or video"),
    SystemKind.SPEECH: _("speech or sound"),
    SystemKind.PLATFORM: _("platform on which others build"),
    SystemKind.OTHER: _("another kind"),
}
SCALES: dict[Scale, Promise] = {
    Scale.PILOT: _("fewer than 100 people a month"),
    Scale.HUNDREDS: _("100 to 1,000 people a month"),
    Scale.THOUSANDS: _("1,000 to 100,000 people a month"),
    Scale.HUNDREDS_OF_THOUSANDS: _("100,000 to 1 million people a month"),
    Scale.MILLIONS: _("more than 1 million people a month"),
}
WAYS: dict[Way, Promise] = {
    Way.PORTFOLIO: _("an assessed portfolio"),
    Way.REFEREE: _("a referee"),
    Way.CHECKER: _("a checker of the institute"),
}
RELATIONS: dict[Relation, Promise] = {
    Relation.MANAGER: _("my manager"),
    Relation.COLLEAGUE: _("a colleague"),
    Relation.CUSTOMER: _("a customer"),
    Relation.PARTNER: _("a partner or supplier"),
    Relation.OTHER: _("something else"),
}
REFERENCES: dict[ReferenceState, Promise] = {
    ReferenceState.ASKED: _("waits for an answer"),
    ReferenceState.CONFIRMED: _("confirmed"),
    ReferenceState.REFUSED: _("not confirmed"),
    ReferenceState.CANNOT_TELL: _("can't tell"),
    ReferenceState.WITHDRAWN: _("withdrawn"),
}
IDENTITIES: dict[Identity, Promise] = {
    Identity.MAIL_DOMAIN: _("the address belongs to the employer"),
    Identity.HOLDER: _("the referee signed in as the holder of an active credential"),
    Identity.NOT_CHECKED: _("not checked"),
}
CHECKS: dict[CheckState, Promise] = {
    CheckState.ASKED: _("waits for a checker"),
    CheckState.VERIFIED: _("verified"),
    CheckState.DECLINED: _("not verified"),
    CheckState.WITHDRAWN: _("withdrawn"),
}
PURPOSES: dict[Purpose, Promise] = {
    Purpose.DRAFT_REVIEW: _("Review of drafts"),
    Purpose.ITEM_VALIDATION: _("Validation of exam questions"),
    Purpose.ASSESSING: _("Assessing of portfolios"),
}
PURPOSE_TEXTS: dict[Purpose, Promise] = {
    Purpose.DRAFT_REVIEW: _(
        "You are sent drafts of the standard in these domains and comment on them. For holders of "
        "a specialist credential in the domain."
    ),
    Purpose.ITEM_VALIDATION: _("You answer new exam questions in these domains and judge them."),
    Purpose.ASSESSING: _("You read portfolios of candidates and judge them in these domains."),
}
