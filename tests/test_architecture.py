"""The way into the code is true: its drawing, the files and names of its tour, its decisions."""

import ast
import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

from tests.documents import CONTRIBUTING, DOCS, RECORDS, ROOT, code_of, prose, table

#: Pages that name files of the code, and names in them.
ARCHITECTURE, TOUR, ADDING = (DOCS / f"{name}.md" for name in ("architecture", "tour", "adding"))
INDEX = DOCS / "adr" / "README.md"
#: A name and the file that defines it: [`Class.method`](../file.py).
NAMED = re.compile(r"\[`([\w.]+)`\]\((\.\./[\w/.]+\.(?:py|sql|avsc))\)", re.MULTILINE)
NAMES = sorted(
    {
        (path.removeprefix("../"), name)
        for page in (ARCHITECTURE, TOUR, ADDING)
        for name, path in NAMED.findall(page.read_text("utf-8"))
    }
)


@pytest.fixture(scope="module")
def drawer() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "architecture", ROOT / "tools" / "architecture.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # dataclasses look
    spec.loader.exec_module(module)
    return module


def test_the_drawing_is_made_of_the_imports_as_they_are(drawer: ModuleType) -> None:
    made = drawer.drawn(drawer.plan(drawer.rooms(), opened="api"))
    again = "run `python3 tools/architecture.py` and look at docs/architecture.svg"
    assert made == drawer.DRAWING.read_text("utf-8"), again
    assert ET.fromstring(made).tag == "{http://www.w3.org/2000/svg}svg"


def test_every_arrow_of_the_drawing_goes_down(drawer: ModuleType) -> None:
    plan = drawer.plan(drawer.rooms(), opened="api")
    inner = next(box.inner for box in plan.boxes if box.inner)
    arrows = [*plan.arrows, *inner.arrows]
    assert len(arrows) > 20
    for arrow in arrows:
        heights = [y for _, y in arrow]
        assert heights == sorted(heights)
        assert heights[0] < heights[-1]


def test_the_drawing_has_every_room(drawer: ModuleType) -> None:
    words = " ".join(ET.parse(drawer.DRAWING).getroot().itertext()).split()
    rooms = {room for room in drawer.rooms() if room != "api/*.py"}
    assert {"cli", "stream", "api.web", "gridfeed.domain", "schemas"} <= rooms
    assert rooms <= {*words}
    assert {*drawer.LABELS} <= {*drawer.rooms(), "api"}


@pytest.mark.parametrize(("path", "name"), NAMES)
def test_every_name_that_the_pages_mention_is_in_the_file_they_mention(
    path: str, name: str
) -> None:
    if path.endswith(".py"):
        assert name in defined_in(ROOT / path)
    else:
        assert (ROOT / path).is_file()
        assert name == Path(path).stem


def test_the_pages_lead_through_the_code_by_name() -> None:
    assert len(NAMES) > 80
    assert {path.split("/")[0] for path, _ in NAMES} >= {"api", "cli", "gridfeed", "stream"}


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Return the names that a module defines; of a class also those in it, as Class.name."""
    return frozenset(_names(ast.parse(path.read_text("utf-8")).body))


def _names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from _names(node.body, f"{prefix}{node.name}.")
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        yield from (prefix + each.id for each in targets if isinstance(each, ast.Name))


@pytest.mark.parametrize("page", [ARCHITECTURE, ADDING, CONTRIBUTING], ids=lambda page: page.name)
def test_every_path_of_the_code_in_a_sentence_is_there(page: Path) -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    paths = [code for code in code_of(prose(page)) if re.fullmatch(r"[\w.-]+(/[\w.-]+)+", code)]
    assert paths
    made = {".ci/manifests/programs"}  # by a command that the page names
    mine = {path for path in paths if path.split("/")[0] in folders and "NNNN" not in path} - made
    assert [path for path in sorted(mine) if not (ROOT / path).exists()] == []


def test_the_index_of_the_decisions_has_every_record_in_its_order() -> None:
    rows = table(INDEX, "record")
    assert [row[0] for row in rows] == [f"[{record.name[:4]}]({record.name})" for record in RECORDS]
    assert all(decision.endswith(".") and len(decision) < 90 for _, decision in rows)


def test_the_table_of_tests_has_every_folder_of_them() -> None:
    told = {Path(name).parts[1] for row in table(CONTRIBUTING, "where") for name in code_of(row[0])}
    folders = {path.parent for path in (ROOT / "tests").glob("*/*.py")}
    assert {folder.name for folder in folders} <= told
