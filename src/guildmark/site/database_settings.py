"""What each database needs to serve several processes safely; only `DATABASE_URL` chooses."""

from typing import Any

from .conf import Conf

# Seconds. Short enough that a database that is gone gives a quick 503, not a hanging page.
CONNECT_TIMEOUT = 3
LOCK_TIMEOUT = 10
TCP_TIMEOUT = 5


def database_settings(conf: Conf) -> dict[str, Any]:
    """Complete the parsed `DATABASE_URL` with the options of its database."""
    settings = {**conf.database, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    vendor = _sqlite if settings["ENGINE"].endswith("sqlite3") else _postgresql
    return vendor(settings, conf)


def _sqlite(settings: dict[str, Any], conf: Conf) -> dict[str, Any]:
    return {
        **settings,
        "ENGINE": "guildmark.site.database.sqlite3",
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "write_deadline": conf.write_deadline,
            "init_command": "PRAGMA journal_mode=WAL;"
            f"PRAGMA synchronous={conf.sqlite_synchronous};"
            "PRAGMA cache_size=-16000;",
        },
    }


def _postgresql(settings: dict[str, Any], conf: Conf) -> dict[str, Any]:
    ours = {
        "connect_timeout": CONNECT_TIMEOUT,
        "options": f"-c statement_timeout={conf.statement_timeout * 1000:.0f}ms"
        f" -c lock_timeout={LOCK_TIMEOUT}s"
        " -c idle_in_transaction_session_timeout=60s",
        "tcp_user_timeout": TCP_TIMEOUT * 1000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 2,
    }
    return {**settings, "OPTIONS": {**ours, **settings.get("OPTIONS", {})}}
