"""Changing what practitioners tell, attest and offer, and what is verified of it."""

from .checking import ask_checker, decline_check, verify_by_checker, withdraw_check
from .contributions import define_points, record_contribution
from .employers import (
    add_employer,
    add_name,
    check_employer,
    mark_institute,
    merge_employers,
    rename_employer,
    set_mail_domains,
    set_parent,
    undo_merge,
    work_for_oneself,
)
from .experience import (
    Attestation,
    attest,
    end_verification,
    verify_by_portfolio,
    withdraw_experience,
)
from .profiles import ProfileDescription, declare_expertise, edit_profile
from .readiness import add_absence, choose_opt_ins, remove_absence, set_load_cap
from .references import (
    Answer,
    Asked,
    answer_reference,
    ask_again,
    ask_referee,
    identity_of,
    statement,
    withdraw_reference,
)
from .refusals import PractitionerRefused
from .work import add_employment, add_interest, end_line, withdraw_line

__all__ = [
    "Answer",
    "Asked",
    "Attestation",
    "PractitionerRefused",
    "ProfileDescription",
    "add_absence",
    "add_employer",
    "add_employment",
    "add_interest",
    "add_name",
    "answer_reference",
    "ask_again",
    "ask_checker",
    "ask_referee",
    "attest",
    "check_employer",
    "choose_opt_ins",
    "declare_expertise",
    "decline_check",
    "define_points",
    "edit_profile",
    "end_line",
    "end_verification",
    "identity_of",
    "mark_institute",
    "merge_employers",
    "record_contribution",
    "remove_absence",
    "rename_employer",
    "set_load_cap",
    "set_mail_domains",
    "set_parent",
    "statement",
    "undo_merge",
    "verify_by_checker",
    "verify_by_portfolio",
    "withdraw_check",
    "withdraw_experience",
    "withdraw_line",
    "withdraw_reference",
    "work_for_oneself",
]
