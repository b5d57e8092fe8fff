"""The site's settings on a data folder of its own, so that no test touches a developer's data."""

import os
import tempfile

_home = tempfile.TemporaryDirectory(prefix="guildmark-tests-")
os.environ["GUILDMARK_VAR"] = _home.name
os.environ.setdefault("GUILDMARK_SQLITE_SYNCHRONOUS", "NORMAL")
os.environ.setdefault("GUILDMARK_LOG_LEVEL", "WARNING")

from guildmark.site.settings import *  # noqa: E402, F403 - the environment comes first
from guildmark.site.settings import DATABASES  # noqa: E402 - the environment comes first

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Said outright, because pytest-django knows only Django's own backend to be in memory.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
