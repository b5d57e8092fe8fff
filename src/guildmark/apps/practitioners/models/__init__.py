"""Tables of this context, one module per subject."""

from .contributions import Contribution, ContributionKind, RenewalRule
from .employers import Employer, EmployerDomain, EmployerName
from .experience import (
    CheckRequest,
    Experience,
    ExperienceDomain,
    Reference,
    Verification,
    VerificationDomain,
    VerificationEnd,
)
from .profiles import Expertise, Handle, Profile
from .readiness import LoadCap, OptIn, Unavailability
from .work import Employment, VendorInterest

__all__ = [
    "CheckRequest",
    "Contribution",
    "ContributionKind",
    "Employer",
    "EmployerDomain",
    "EmployerName",
    "Employment",
    "Experience",
    "ExperienceDomain",
    "Expertise",
    "Handle",
    "LoadCap",
    "OptIn",
    "Profile",
    "Reference",
    "RenewalRule",
    "Unavailability",
    "VendorInterest",
    "Verification",
    "VerificationDomain",
    "VerificationEnd",
]
