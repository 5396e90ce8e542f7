"""The documents as tests read them, and somebody who follows a page step by step."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING, CHANGELOG = (
    ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
)
DOCS = ROOT / "docs"
SECURITY, DEPLOYING = DOCS / "security.md", DOCS / "deploying.md"
#: What attackers may do, and where to report what they could.
REPORT = ROOT / "SECURITY.md"
#: Runs pages for browsers.
BROWSER = ROOT / "tests" / "browser.py"
RECORDS = sorted((DOCS / "adr").glob("[0-9]*.md"))
#: Pages whose commands are executed, and every document.
PAGES = [*sorted(DOCS.glob("*.md")), README]
DOCUMENTS = [*PAGES, CONTRIBUTING, CHANGELOG, REPORT, DOCS / "adr" / "README.md", *RECORDS]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A block of code, its first line, and what the page says that it prints."""

    language: str
    code: str
    line: int
    prints: str | None = None


def steps(page: Path) -> list[Step]:
    """Return the blocks of a page; a `text` block behind another is what that prints."""
    found: list[Step] = []
    text, end = page.read_text("utf-8"), 0
    for block in _FENCED.finditer(text):
        language, code = block.groups()
        line = text.count("\n", 0, block.start()) + 2
        if language == "text":
            before = found.pop()
            found.append(Step(before.language, before.code, before.line, prints=code))
        else:
            found.append(Step(language, code, line))
        end = block.end()
    assert "```" not in text[end:], f"{page.name}: a block is not closed"
    return found


def prose(document: Path) -> str:
    """Return a document without its blocks of code."""
    return _FENCED.sub("", document.read_text("utf-8"))


def table(document: Path, name: str) -> list[list[str]]:
    """Return the rows of the table whose first column has this name, as texts of cells."""
    lines = document.read_text("utf-8").splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith(f"| {name} |")]
    assert len(starts) == 1, f"{document.name} has {len(starts)} tables of {name}"
    return list(_rows(lines[starts[0] + 2 :]))


def _rows(lines: list[str]) -> Iterator[list[str]]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def code_of(cell: str) -> list[str]:
    """Return what stands in a cell between backquotes."""
    return re.findall(r"`([^`]+)`", cell)


@dataclass
class Reader:
    """Somebody who follows a page in one folder and one terminal, as fast as it goes.

    Each block is pasted into a shell at once: what takes a moment to be there the page waits for
    itself, and no command may read what stands behind it.

    moved: addresses that the page writes, and where they are here.
    """

    folder: Path
    environment: dict[str, str]
    moved: dict[str, str] = field(default_factory=dict)

    def follow(self, step: Step) -> None:
        """Do what a block says and see what it should print."""
        fault = self._fault(step)
        assert fault is None, f"line {step.line}: {fault}\n{step.code}"

    def _fault(self, step: Step) -> str | None:
        done = self._run(step)
        if done.returncode != 0:
            return f"exit code {done.returncode}: {done.stdout}{done.stderr}"
        if step.prints is not None and _plain(done.stdout) != _plain(step.prints):
            return f"it prints\n{done.stdout}instead of\n{step.prints}"
        return None

    def _run(self, step: Step) -> "subprocess.CompletedProcess[str]":
        code = step.code
        for written, here in self.moved.items():
            code = code.replace(written, here)
        kept = self.folder / "environment"
        kept.unlink(missing_ok=True)
        command = {
            "sh": ["bash", "-euo", "pipefail", "-s"],
            "python": [sys.executable, "-c", code],
            "html": [sys.executable, str(BROWSER), code],
        }[step.language]
        done = subprocess.run(
            command,
            input=f"{code}\nenv -0 > '{kept}'\n" if step.language == "sh" else "",
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if step.language == "sh" and done.returncode == 0:
            assert kept.exists(), f"line {step.line}: a command reads what is pasted behind it"
            variables = kept.read_text("utf-8").split("\0")
            self.environment = dict(each.split("=", 1) for each in variables if each)
        return done


def clean_environment() -> dict[str, str]:
    """Return the environment without any setting."""
    return {name: text for name, text in os.environ.items() if not name.startswith("GRIDFEED_")}


def _plain(text: str) -> list[str]:
    """Return lines without the spaces behind them, and without empty ones around."""
    return [line.rstrip() for line in text.strip("\n ").splitlines() if line.strip()]
