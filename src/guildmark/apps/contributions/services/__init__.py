"""Writing contributions: one verb, one function, in one transaction."""

from guildmark.apps.contributions.secrets import digest, secret_of

from .contesting import CASE_KIND, carry_out, contest
from .drafting import MEDIA_TYPES, attach, detach, drop_draft, save_draft
from .merging import Part, convert, merge, split, unmerge, unsplit
from .moving import SUBJECT_KIND
from .overdue import escalate, tell_undecidable
from .refusals import ContributionRefused
from .rules import change_rules
from .sending import (
    Feedback,
    Joining,
    Letter,
    join,
    leave,
    send_feedback,
    send_letter,
    sent_before,
    withdraw,
)
from .triage import (
    Decision,
    acknowledge,
    aim,
    claim,
    dispose,
    release,
    reply,
    reply_as_stranger,
    review,
    summarise,
    vouch,
)

__all__ = [
    "CASE_KIND",
    "MEDIA_TYPES",
    "SUBJECT_KIND",
    "ContributionRefused",
    "Decision",
    "Feedback",
    "Joining",
    "Letter",
    "Part",
    "acknowledge",
    "aim",
    "attach",
    "carry_out",
    "change_rules",
    "claim",
    "contest",
    "convert",
    "detach",
    "digest",
    "dispose",
    "drop_draft",
    "escalate",
    "join",
    "leave",
    "merge",
    "release",
    "reply",
    "reply_as_stranger",
    "review",
    "save_draft",
    "secret_of",
    "send_feedback",
    "send_letter",
    "sent_before",
    "split",
    "summarise",
    "tell_undecidable",
    "unmerge",
    "unsplit",
    "vouch",
    "withdraw",
]
