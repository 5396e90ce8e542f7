"""The account that a server runs under when we are root, and how it reaches what it needs.

Nobody's permissions are changed for it: it inherits its data as an open folder, and programs that
it cannot reach are copied to where it can.
"""

import os
import pwd
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, TypeAlias

#: User and group id.
Account: TypeAlias = tuple[int, int]

#: Root's own, and open to all readers.
COPIES: Final = Path("/var/cache/gridfeed")
_PASS: Final = 0o001
_READ_AND_PASS: Final = 0o005


def other_account() -> Account | None:
    """Return `nobody` when we are root, as which PostgreSQL refuses to run; else None."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


@dataclass(frozen=True, slots=True)
class Handed:
    """A folder as a child names it, and the descriptors that it must inherit for that."""

    path: str
    descriptors: tuple[int, ...] = ()


@contextmanager
def handed_over(folder: Path, account: Account | None) -> Iterator[Handed]:
    """Give a folder as children of that account reach it, while this is not left.

    Where they may not pass through the folders above, they inherit it open (Linux alone has that).
    """
    if account is None or sys.platform != "linux" or _is_passable(folder):
        yield Handed(str(folder))
        return
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield Handed(f"/proc/self/fd/{descriptor}", (descriptor,))
    finally:
        os.close(descriptor)


def within_reach(package: Path, part: Path) -> Path:
    """Return the folder `part` of an installed package where every account can run it.

    That is itself, or a copy below COPIES, made once for each version. The package's libraries,
    which a wheel keeps in a folder beside it, come along. Raises OSError.
    """
    inside = part.relative_to(package)
    if _is_passable(part) and _is_open(part):
        return part
    newest = max(each.stat().st_mtime_ns for each in part.iterdir())
    name = sha256(f"{package} {newest}".encode()).hexdigest()[:16]
    copy = COPIES / name
    if not copy.exists():
        _copy(package, copy)
    return copy / package.name / inside


def _copy(package: Path, copy: Path) -> None:
    COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(dir=COPIES))
    try:
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                shutil.copytree(folder, unfinished / folder.name, copy_function=_copy_open)
        for folder in (unfinished, *(each for each in unfinished.rglob("*") if each.is_dir())):
            folder.chmod(0o755)
        try:
            unfinished.rename(copy)
        except OSError:
            if not copy.exists():  # somebody else was faster
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _copy_open(source: str, target: str) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755)


def _is_passable(folder: Path) -> bool:
    """Return whether every account may pass through all folders above."""
    return all(each.stat().st_mode & _PASS for each in folder.resolve().parents)


def _is_open(folder: Path) -> bool:
    """Return whether every account may enter the folder and run what is inside."""
    every = (folder, *folder.iterdir())
    return all(each.stat().st_mode & _READ_AND_PASS == _READ_AND_PASS for each in every)
