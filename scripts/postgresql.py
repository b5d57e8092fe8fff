"""A PostgreSQL of our own for tests: in a temporary folder, gone when the tests are over."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INITDB = ["--username=guildmark", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


def binaries() -> Path | None:
    """Find the newest PostgreSQL server that Debian's packages or the PATH offer."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("postgres")
    if found:
        return found[-1].parent
    return Path(on_path).parent if on_path else None


@contextmanager
def running_postgresql(*, durable: bool = False) -> Iterator[str]:
    """Run a server on a socket in a temporary folder and give its `DATABASE_URL`.

    `durable` keeps fsync on, for measurements and tests that kill processes.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("no PostgreSQL server is installed")
    with tempfile.TemporaryDirectory(prefix="guildmark-pg-") as folder:
        data = Path(folder) / "data"
        as_owner = _owner(Path(folder))
        _run([*as_owner, programs / "initdb", "-D", data, *INITDB])
        options = f"-c listen_addresses='' -k {folder} {'' if durable else FAST}"
        start = ["start", "-w", "-l", f"{folder}/log", "-o", options]
        _run([*as_owner, programs / "pg_ctl", "-D", data, *start])
        try:
            _run([programs / "createdb", "-h", folder, "-U", "guildmark", "guildmark"])
            yield f"postgresql://guildmark@/guildmark?host={folder}"
        finally:
            _run([*as_owner, programs / "pg_ctl", "-D", data, "stop", "-m", "immediate"])


def _owner(folder: Path) -> list[str]:
    """Give the folder to `postgres` when we are root, since the server refuses to run as root."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)
    return ["runuser", "-u", "postgres", "--"]


def _run(command: list[str | Path]) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
    )
