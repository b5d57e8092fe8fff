"""Is the database at the state that this version needs?"""

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from guildmark.apps.audit import immutability


def pending_migrations() -> list[str]:
    """The migrations that are not applied, in order, such as accounts.0001_initial."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]


def migrate() -> None:
    """Apply what is pending; does nothing, quickly, when there is nothing.

    A new version may protect a table otherwise without changing it, so the triggers count too.
    """
    if pending_migrations() or immutability.missing():
        call_command("migrate", interactive=False, verbosity=0)
