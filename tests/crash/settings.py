"""The site's settings and a small app that leaves traces, for processes that are to be killed."""

from guildmark.site.settings import *  # noqa: F403 - all of them
from guildmark.site.settings import INSTALLED_APPS

INSTALLED_APPS = ["tests.crash.crashing", *INSTALLED_APPS]
ROOT_URLCONF = "tests.crash.crashing.urls"
