"""Where the programs call their statements: read from their source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gridfeed.storage.statements import Statement, statement

ROOT = Path(__file__).parents[1]
#: Packages that have statements.
PACKAGES = sorted(
    ".".join(each.parent.relative_to(ROOT).parts)
    for program in ("api", "cli", "gridfeed", "stream")
    for each in (ROOT / program).rglob("sql")
)
#: What the module of that name calls a statement of the package with.
FUNCTIONS = {"gridfeed.storage.statements": "gridfeed.storage", "cli.bench.place": "cli.bench"}


def statements(package: str) -> list[Statement]:
    """Return all statements of a package, by name."""
    files = (ROOT / package.replace(".", "/") / "sql").glob("*.sql")
    return [statement(package, name) for name in sorted(each.stem for each in files)]


@dataclass(frozen=True)
class Call:
    """A call of a statement whose name is written out.

    keywords: arguments whose names are, too. whole: there are no others.
    """

    place: str
    package: str
    name: str
    keywords: frozenset[str]
    whole: bool

    @property
    def statement(self) -> Statement:
        """Return what is called."""
        return statement(self.package, self.name)


@dataclass(frozen=True)
class Reader:
    """A function that calls statements, and the columns that it reads of `row`.

    None where it was given rows of other statements.
    """

    place: str
    calls: tuple[Call, ...]
    columns: frozenset[str]


def readers() -> Iterator[Reader]:
    """Yield every function with calls of statements."""
    for program in ("api", "cli", "gridfeed", "stream"):
        for path in sorted((ROOT / program).rglob("*.py")):
            yield from _Module(path).readers()


class _Module:
    def __init__(self, path: Path) -> None:
        self.path = path.relative_to(ROOT)
        self.package = ".".join(self.path.parent.parts)
        self.tree = ast.parse(path.read_text("utf-8"))
        self.functions = {"_sql": self.package}
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.ImportFrom) or node.module not in FUNCTIONS:
                continue
            if any(each.name == "sql" for each in node.names):
                self.functions["sql"] = FUNCTIONS[node.module]

    def readers(self) -> Iterator[Reader]:
        """Yield the functions with calls of statements."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = list(ast.walk(node))
                calls = [found for each in inside if (found := self._call(each))]
                given = {each.arg for each in node.args.args} & {"row", "rows"}
                if calls:
                    place = f"{self.path}:{node.name}"
                    columns = frozenset() if given else frozenset(_columns(inside))
                    yield Reader(place, tuple(calls), columns)

    def _call(self, node: ast.AST) -> Call | None:
        if not isinstance(node, ast.Call):
            return None
        texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
        if not texts or not isinstance(texts[0], str):
            return None
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        package, name = self.functions.get(function, ""), texts[0]
        if function in ("called", "called_often"):
            package = self.package
        elif method in ("fetch", "value", "_count", "_change") and "/" in name:
            room, _, name = name.partition("/")
            package = f"api.{room}"
        if not package:
            return None
        named = frozenset(each.arg for each in node.keywords if each.arg)
        whole = len(named) == len(node.keywords) and function != "called_often"
        place = f"{self.path}:{node.lineno}"
        return Call(place, package, name, named, whole and method != "_change")


def _columns(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name(id="row"), slice=ast.Constant(value=str(name))):
                yield name
