"""The table behind the search, in the dialect of each database."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from guildmark.apps.contributions import search


def make(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    search.create_index(editor)


def remove(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    search.drop_index(editor)


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0001_initial"),
    ]

    operations = [migrations.RunPython(make, remove)]
