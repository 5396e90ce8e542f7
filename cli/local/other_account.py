"""The account that a server runs under if we are root, and its access to data and programs.

No permissions are changed for it. It inherits its data as an open folder, and programs that it
cannot reach are copied to a folder that it can reach.
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

#: The folder of the copies. It belongs to root, and all accounts may read it.
COPIES: Final = Path("/var/cache/gridfeed")
_PASS: Final = 0o001
_READ_AND_PASS: Final = 0o005


def other_account() -> Account | None:
    """Return the account `nobody` if we are root, else None. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


@dataclass(frozen=True, slots=True)
class Handed:
    """The path of a folder for a child process, and the descriptors that the child must inherit."""

    path: str
    descriptors: tuple[int, ...] = ()


@contextmanager
def handed_over(folder: Path, account: Account | None) -> Iterator[Handed]:
    """Give the path at which child processes of that account can reach a folder.

    If they may not pass through the folders above it, they inherit it open, which only Linux can.
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
    """Return the folder `part` of an installed package, at a path where every account can run it.

    That is the folder itself, or a copy below COPIES, which is made once for each version. The
    package's libraries, which a wheel keeps in a folder beside it, are copied too. Raises OSError.
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
            if not copy.exists():  # if it exists, another process was faster
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
    """Return whether every account may enter the folder and run the programs in it."""
    every = (folder, *folder.iterdir())
    return all(each.stat().st_mode & _READ_AND_PASS == _READ_AND_PASS for each in every)
