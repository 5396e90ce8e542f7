"""`--help` teaches by examples that work."""

import re
import shlex
import subprocess
import sys

import pytest
import typer

from cli.main import COMMANDS, app, load
from tests.cli import program

#: A word of an example that names a file, which must be there to be parsed.
FILE = re.compile(r"[\w/-]+\.[a-z]+")


def leaves(name):
    """Every command below a name that does something, as the words that call it."""
    below = getattr(load(name), "commands", {})
    return [[name, each] for each in below] or [[name]]


def examples(words):
    text = program.succeed(*words, "--help").split("Examples:\n")[1].split("\n\n")[0]
    return [line.strip() for line in text.splitlines()]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The directory that examples run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def assert_examples_parse(words, folder):
    calls = [call for line in examples(words) for call in calls_of(shlex.split(line))]
    assert any(call[: len(words)] == words for call in calls)
    for call in calls:
        for name in filter(FILE.fullmatch, call):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).touch()
        parse(call)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_an_example_that_parses(name, folder):
    for words in leaves(name):
        assert_examples_parse(words, folder)


def test_the_program_has_an_example_that_parses(folder):
    assert_examples_parse([], folder)


def calls_of(example):
    """The arguments of each `gridfeed` in a line of shell."""
    at = [place for place, word in enumerate(example) if word == "gridfeed"]
    for start in at:
        rest = example[start + 1 :]
        ends = [place for place, word in enumerate(rest) if word in {"|", "&&", ">"}]
        yield rest[: ends[0]] if ends else rest


def parse(call):
    """Parse arguments down to the command, which is not run."""
    context = typer.main.get_command(app).make_context("gridfeed", call)
    while names := [*context._protected_args, *context.args]:
        command = context.command.get_command(context, names[0])
        assert command is not None, call
        context = command.make_context(names[0], names[1:], parent=context)
        if not hasattr(context.command, "commands"):
            return


def test_the_list_of_commands_is_printed_without_loading_one():
    heavy = "{'aiokafka', 'api', 'asyncpg', 'faust', 'numpy', 'polars', 'rich', 'stream'}"
    code = (
        "import sys; from cli.main import app\n"
        "try: app(['--help'])\n"
        f"except SystemExit: print('loaded', {heavy} & set(sys.modules))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "dead-letters" in output.stdout
    assert "loaded set()" in output.stdout


def test_a_misspelled_command_is_answered_with_the_right_one():
    result = program.run("topic")
    assert result.exit_code == 2
    assert "Did you mean 'topics'?" in result.stderr


def test_the_version_is_printed():
    assert program.succeed("--version") == "gridfeed 0.1.0\n"
