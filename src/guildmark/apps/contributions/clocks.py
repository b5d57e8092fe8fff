"""By when something is due: working days, in the time zone of the institute, whoever asks."""

from datetime import date, datetime

from django.utils import timezone

from guildmark.apps.institute import queries as institutes
from guildmark.cores import workdays


def day_of(moment: datetime) -> date:
    """Return the day of a moment where the institute is; readers may be elsewhere."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def day_due(moment: datetime, days: int) -> date:
    """Return the day that lies so many working days after a moment."""
    return workdays.add(day_of(moment), days, institutes.holidays())
