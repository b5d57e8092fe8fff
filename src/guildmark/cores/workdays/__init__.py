"""Counting in working days: Monday to Friday, without the holidays that are passed in.

>>> from datetime import date
>>> add(date(2026, 12, 23), 2, frozenset({date(2026, 12, 25)}))
datetime.date(2026, 12, 28)
"""

from .counting import add, between, is_working_day

__all__ = ["add", "between", "is_working_day"]
