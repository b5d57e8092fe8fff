"""The environment in one typed place: every variable Guildmark reads, its default and its meaning.

`docs/reference/environment.md` is generated from `VARIABLES`; a test holds the two together.
"""

import logging
import secrets
from dataclasses import dataclass, fields
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from environs import Env, EnvError, ValidationError, validate


class Mode(StrEnum):
    """How strict Guildmark is with its surroundings."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


VARIABLES: dict[str, str] = {
    "GUILDMARK_MODE": "development (default) or production. Production refuses unsafe settings.",
    "GUILDMARK_VAR": "Folder for data, secrets and files. Default: var, below the current folder.",
    "DATABASE_URL": "SQLite in the data folder by default; postgresql://user:password@host/name.",
    "GUILDMARK_SECRET_KEY": "Signs sessions and forms. At least 50 characters. Required in "
    "production unless GUILDMARK_SECRET_KEY_FILE is given; made for you in development.",
    "GUILDMARK_SECRET_KEY_FILE": "A file that holds the secret key, for secret stores that "
    "mount files.",
    "GUILDMARK_KEK": "The key-encryption key, 32 bytes in URL-safe base64. Protects the signing "
    "keys in the database; keep it apart from the database and its backups.",
    "GUILDMARK_KEK_FILE": "A file that holds the key-encryption key. Several lines are allowed "
    "during a rotation: the first encrypts, all decrypt.",
    "GUILDMARK_HOSTS": "Host names this server answers to, separated by commas. Default in "
    "development: localhost and the loopback addresses.",
    "GUILDMARK_TRUSTED_PROXIES": "Addresses or networks of reverse proxies whose X-Forwarded-For "
    "and X-Forwarded-Proto headers are believed, separated by commas. Default: none.",
    "GUILDMARK_HTTPS": "true when visitors reach the site by HTTPS. Default: true in production.",
    "GUILDMARK_MAIL_URL": "Where mail leaves: console:, file:FOLDER or "
    "smtp://user:password@host:587?tls=true (submission+ssl for port 465). "
    "Default: files below the data folder in development.",
    "GUILDMARK_MAIL_FROM": "The sender's address. Default: noreply@ the first host name.",
    "GUILDMARK_LOG_FORMAT": "console (default in development) or json (default in production).",
    "GUILDMARK_LOG_LEVEL": "DEBUG, INFO (default), WARNING or ERROR.",
    "GUILDMARK_SQLITE_SYNCHRONOUS": "FULL (default) survives a power loss; NORMAL is for tests.",
    "GUILDMARK_WRITE_DEADLINE": "Seconds a write on SQLite waits for its turn. Default: 10.",
    "GUILDMARK_STATEMENT_TIMEOUT": "Seconds that one statement may take on PostgreSQL. Default: "
    "15 in web processes, no limit (0) in commands and workers.",
    "GUILDMARK_JOB_LEASE": "Seconds after which a job of a silent worker is taken over. "
    "Default: 30.",
    "GUILDMARK_ADMIN_PASSWORD": "Read by `guildmark init` only: the first administrator's "
    "password. Without it, and without a terminal, a link to set one is printed.",
}


@dataclass(frozen=True, slots=True)
class Conf:
    """What the environment says, read once at start-up. Paths are absolute, times in seconds."""

    mode: Mode
    var: Path
    database: dict[str, Any]
    secret_key: str
    secret_key_file: Path
    kek: str
    kek_file: Path
    hosts: list[str]
    trusted_proxies: list[str]
    https: bool
    mail_url: str
    mail_from: str
    log_format: str
    log_level: str
    sqlite_synchronous: str
    write_deadline: float
    statement_timeout: float
    job_lease: float

    @property
    def production(self) -> bool:
        """Whether the strict rules of production apply."""
        return self.mode is Mode.PRODUCTION

    def __repr__(self) -> str:
        """Name the fields without their values, which hold secrets."""
        return f"Conf({', '.join(f.name for f in fields(self))})"


def read_conf() -> Conf:
    """Read the environment into a `Conf`.

    In development a missing secret key is made and kept below the data folder. Raises
    `environs.EnvError` naming the variable where a value cannot be read.
    """
    env = Env()
    mode = env.enum("GUILDMARK_MODE", Mode.DEVELOPMENT, enum=Mode, by_value=True)
    production = mode is Mode.PRODUCTION
    var = Path(env.str("GUILDMARK_VAR", "var")).absolute()
    hosts = env.list("GUILDMARK_HOSTS", [] if production else ["localhost", "127.0.0.1", "[::1]"])
    return Conf(
        mode=mode,
        var=var,
        database=dict(
            env.dj_db_url("DATABASE_URL", f"sqlite:///{var / 'guildmark.sqlite3'}"),
        ),
        secret_key=_secret_key(env, var, production=production),
        secret_key_file=_secret_key_file(env, var).absolute(),
        kek=env.str("GUILDMARK_KEK", ""),
        kek_file=Path(env.str("GUILDMARK_KEK_FILE", str(var / "secrets" / "kek"))).absolute(),
        hosts=hosts,
        trusted_proxies=env.list("GUILDMARK_TRUSTED_PROXIES", [], validate=_all_networks),
        https=env.bool("GUILDMARK_HTTPS", production),
        mail_url=env.str("GUILDMARK_MAIL_URL", "" if production else f"file:{var / 'mail'}"),
        mail_from=env.str("GUILDMARK_MAIL_FROM", f"noreply@{hosts[0] if hosts else 'localhost'}"),
        log_format=env.str(
            "GUILDMARK_LOG_FORMAT",
            "json" if production else "console",
            validate=validate.OneOf(["console", "json"]),
        ),
        log_level=logging.getLevelName(env.log_level("GUILDMARK_LOG_LEVEL", logging.INFO)),
        sqlite_synchronous=env.str(
            "GUILDMARK_SQLITE_SYNCHRONOUS", "FULL", validate=validate.OneOf(["FULL", "NORMAL"])
        ),
        write_deadline=env.float("GUILDMARK_WRITE_DEADLINE", 10.0),
        statement_timeout=env.float("GUILDMARK_STATEMENT_TIMEOUT", 0.0),
        job_lease=env.float("GUILDMARK_JOB_LEASE", 30.0),
    )


def admin_password() -> str:
    """The first administrator's password, or nothing; read only by `guildmark init`."""
    env = Env()
    return env.str("GUILDMARK_ADMIN_PASSWORD", "")


def _all_networks(names: list[str]) -> None:
    for name in names:
        try:
            ip_network(name, strict=False)
        except ValueError:
            raise ValidationError(
                f"“{name}” is no address or network; a proxy is named by address, such as "
                "127.0.0.1 or 10.0.0.0/8"
            ) from None


def _secret_key(env: Env, var: Path, *, production: bool) -> str:
    """Find the secret key: the variable, the named file, or (development only) a kept one."""
    named = env.str("GUILDMARK_SECRET_KEY_FILE", "")
    path = _secret_key_file(env, var)
    if given := env.str("GUILDMARK_SECRET_KEY", ""):
        return given
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    if production or named:
        raise EnvError(
            "No secret key: set GUILDMARK_SECRET_KEY, or GUILDMARK_SECRET_KEY_FILE to a file "
            'that exists. Make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))"'
        )
    return write_secret(path, secrets.token_urlsafe(64))


def _secret_key_file(env: Env, var: Path) -> Path:
    named = env.str("GUILDMARK_SECRET_KEY_FILE", "")
    return Path(named) if named else var / "secrets" / "secret_key"


def write_secret(path: Path, value: str) -> str:
    """Write `value` to a file that only its owner may read, unless it exists; return what it holds.

    The file appears whole or not at all, so that two processes starting at once agree.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(value + "\n", encoding="ascii")
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
