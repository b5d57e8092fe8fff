"""Run a command against a temporary PostgreSQL: `with_postgresql.py COMMAND ...`."""

import os
import signal
import subprocess
import sys

from postgresql import running_postgresql


def main() -> int:
    """Start the server, run the command with `DATABASE_URL` set, and stop the server."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that the database is stopped.
    with running_postgresql() as url:
        environment = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
