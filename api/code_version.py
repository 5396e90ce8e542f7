"""Which code, schema and time zone rules explain: what a number was checked with."""

import zoneinfo
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import gridfeed
from api.query.session import Session


async def code_version(session: Session) -> dict[str, object]:
    """Return the versions of the program, of the database's schema and of the time zone rules."""
    return {
        "gridfeed": gridfeed.__version__,
        "schema": await session.value("lineage_schema"),
        "tzdata": time_zone_rules(),
    }


@cache
def time_zone_rules() -> str:
    """Return the release of the IANA rules that `zoneinfo` reads, such as 2026a.

    It looks through TZPATH before the package tzdata; a folder that does not say its release is
    named itself.
    """
    folders = [path for path in map(Path, zoneinfo.TZPATH) if (path / "UTC").exists()]
    if not folders:
        with as_file(files("tzdata") / "zoneinfo") as folder:
            return _release(folder)
    return _release(folders[0])


def _release(folder: Path) -> str:
    for name in ("tzdata.zi", "+VERSION"):
        if (folder / name).exists():
            first, *_ = (folder / name).read_text("utf-8").splitlines()
            return first.removeprefix("# version ").strip()
    return str(folder)
