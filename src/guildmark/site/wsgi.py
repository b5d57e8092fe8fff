"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildmark.site.settings")

# A page may not hold a database for long; a migration or a check may.
os.environ.setdefault("GUILDMARK_STATEMENT_TIMEOUT", "15")

_django = get_wsgi_application()

from .fast_entry import FastEntry  # noqa: E402 - settings and models come first

application = FastEntry(_django)
