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
    with tempfile.TemporaryDirectory(prefix="guildmark-pg-") as folder:
        cluster = Cluster(Path(folder), durable=durable)
        cluster.create()
        cluster.start()
        try:
            yield cluster.url
        finally:
            cluster.stop()


class Cluster:
    """A PostgreSQL server that a test can stop and start again."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """Keep the cluster's data and socket in `folder`; FileNotFoundError without one."""
        programs = binaries()
        if programs is None:
            raise FileNotFoundError("no PostgreSQL server is installed")
        self.programs = programs
        self.folder = folder
        self.options = f"-c listen_addresses='' -k {folder} {'' if durable else FAST}"
        self.url = f"postgresql://guildmark@/guildmark?host={folder}"

    def create(self) -> None:
        """Make the cluster's files."""
        self.owner = _owner(self.folder)
        _run([*self.owner, self.programs / "initdb", "-D", self.folder / "data", *INITDB])

    def start(self) -> None:
        """Start the server, and make the database on the first start."""
        self._control("start", "-w", "-l", f"{self.folder}/log", "-o", self.options)
        client: list[str | Path] = ["-h", self.folder, "-U", "guildmark"]
        made = self.folder / "made"
        if not made.exists():
            _run([self.programs / "createdb", *client, "guildmark"])
            made.touch()

    def stop(self) -> None:
        """Stop the server at once, as a crash would; harmless when it is stopped."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self._control("stop", "-m", "immediate")

    def _control(self, *arguments: str) -> None:
        control: list[str | Path] = [self.programs / "pg_ctl", "-D", self.folder / "data"]
        _run([*self.owner, *control, *arguments])


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
