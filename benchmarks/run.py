"""Run every benchmark, one after the other; `make bench`."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run each script beside this one and return 1 if any failed."""
    here = Path(__file__).resolve()
    failed = 0
    for script in sorted(here.parent.glob("*.py")):
        if script != here:
            print(f"== {script.name}", flush=True)
            failed |= subprocess.run([sys.executable, str(script)], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
