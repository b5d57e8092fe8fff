"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildmark.site.settings")

# A page may not hold a database for long; a migration or a check may.
os.environ.setdefault("GUILDMARK_STATEMENT_TIMEOUT", "15")

_django = get_wsgi_application()

from .fast_entry import FastEntry  # noqa: E402 - settings and models come first
from .threads import OneAtATime  # noqa: E402 - as above

application = FastEntry(OneAtATime(_django))

# What is loaded by now stays as long as the process. The collector would walk through it every few
# pages, and take as long as a page does.
gc.collect()
gc.freeze()
