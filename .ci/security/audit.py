"""Audits lock files with pip-audit, by the first service of advisories that answers.

python audit.py LOCK... Exit code 1: something has a known weakness, or is not known there.
Where no service can be reached nothing is audited, and that is said.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ACCEPTED = Path(__file__).with_name("accepted.txt")
OSV_URL = os.environ.get("GRIDFEED_CI_OSV_URL", "https://api.osv.dev/v1/query")
#: A version with known weaknesses. A mirror that knows none of them is no service of advisories.
KNOWN, KNOWN_VERSION = "urllib3", "1.26.4"
SECONDS = 10


def service() -> str | None:
    """Return the first service that answers, and say why the others do not."""
    from packaging.version import Version  # noqa: PLC0415
    from pip_audit._service import OsvService, PyPIService, ResolvedDependency, ServiceError  # noqa: PLC0415

    known = ResolvedDependency(KNOWN, Version(KNOWN_VERSION))
    services = {"pypi": PyPIService(None, SECONDS), "osv": OsvService(None, SECONDS, OSV_URL)}
    for name, asked in services.items():
        try:
            if asked.query(known)[1]:
                return name
            print(f"{name}: knows no weakness of {KNOWN} {KNOWN_VERSION}, which has some")
        except (ServiceError, OSError) as error:
            print(f"{name}: {error}")
    return None


def accepted(today: date) -> Iterator[str]:
    """Yield what is accepted today; say what is not any more."""
    for line in ACCEPTED.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, until, reason = line.split(maxsplit=2)
        if date.fromisoformat(until) >= today:
            print(f"accepted until {until}: {name}, {reason}")
            yield name
        else:
            print(f"no longer accepted since {until}: {name}, {reason}")


def main(locks: list[str]) -> int:
    """Audit; return the exit code."""
    found = service()
    if found is None:
        print("no vulnerability service answers: not audited")
        return 0
    command = [sys.executable, "-m", "pip_audit", "--strict", "--progress-spinner=off"]
    command += ["--disable-pip", "--require-hashes", f"--vulnerability-service={found}"]
    command += [f"--ignore-vuln={name}" for name in accepted(date.today())]
    if found == "osv":
        command.append(f"--osv-url={OSV_URL}")
    failed = False
    for lock in locks:
        print(f"{lock}, by {found}:", flush=True)
        audited = subprocess.run([*command, "--requirement", lock], check=False)  # noqa: S603
        failed |= audited.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
