"""By when something is due: working days, in the time zone of the institute."""

from datetime import date, datetime

from django.utils import timezone

from guildmark.apps.institute import queries as institutes
from guildmark.cores import workdays


def day_due(moment: datetime, days: int) -> date:
    """Return the day that lies so many working days after a moment."""
    return workdays.add(timezone.localdate(moment), days, institutes.holidays())


def days_between(earlier: datetime, later: datetime) -> int:
    """Return the working days that went by between two moments."""
    first, last = timezone.localdate(earlier), timezone.localdate(later)
    return workdays.between(first, last, institutes.holidays())
