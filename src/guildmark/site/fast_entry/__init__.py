"""A small WSGI application in front of Django for the two questions that programs ask most.

It answers where a credential stands (`/verify/ID.json`) and hands out signed credentials
(`/verify/ID/credential.json`); everything else, and whatever it has a doubt about, goes on to
Django. It reads the database at every request, so nothing that it says can be stale.
"""

from .entry import FastEntry
from .reading import DatabaseAway, Reader, reader_for

__all__ = ["DatabaseAway", "FastEntry", "Reader", "reader_for"]
