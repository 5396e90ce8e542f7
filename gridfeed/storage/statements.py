"""SQL statements: one per file; the name of a statement is the name of its file.

Files name their parameters (`:meter_id`), but PostgreSQL numbers them. So each file is read once,
and its names become numbers in the order of their first appearance. The text stays the same while
the program runs, because connections cache prepared statements by text.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

#: Matches text without parameters (comments, literals, quoted names), or a parameter. `x::type` and
#: `a[1:n]` are no parameters: a parameter's colon never follows a letter, digit, quote, bracket or
#: colon.
_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|\bE'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$.*?\$\1\$"""
    r"""|(?<![\w\])"':]):(?P<name>[a-z_]\w*)""",
    re.DOTALL,
)
#: A statement and its arguments, in asyncpg's form.
Call = tuple[str, *tuple[object, ...]]


class WrongArgumentsError(TypeError):
    """A call of a statement lacks one of its parameters, or gives one that it does not have."""

    def __init__(self, statement: "Statement", given: Iterable[str]) -> None:
        """Name the statement and the difference."""
        names, arguments = set(statement.parameters), set(given)
        faults = []
        if missing := names - arguments:
            faults.append(f"lacks {', '.join(sorted(missing))}")
        if surplus := arguments - names:
            faults.append(f"has no {', '.join(sorted(surplus))}")
        super().__init__(f"statement {statement.name} {' and '.join(faults)}")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in PostgreSQL's form. parameters: the names of $1, $2, ..."""

    name: str
    text: str
    parameters: tuple[str, ...]

    @classmethod
    def of(cls, name: str, source: str) -> "Statement":
        """Read a statement with named parameters."""
        numbers: dict[str, int] = {}

        def numbered(token: re.Match[str]) -> str:
            found = token["name"]
            return token[0] if found is None else f"${numbers.setdefault(found, len(numbers) + 1)}"

        text = _TOKEN.sub(numbered, source)
        return cls(name, text, tuple(numbers))

    def arguments(self, given: Mapping[str, object]) -> tuple[object, ...]:
        """Return the arguments in the statement's order. Raises WrongArgumentsError."""
        if len(given) == len(self.parameters):
            try:
                return tuple([given[name] for name in self.parameters])
            except KeyError:
                pass
        raise WrongArgumentsError(self, given)


@cache
def statement(package: str, name: str) -> Statement:
    """Return the statement `sql/<name>.sql` in the folder of the given package."""
    return Statement.of(name, (files(package) / "sql" / f"{name}.sql").read_text("utf-8"))


def called(package: str, statement_name: str, /, **arguments: object) -> Call:
    """Return a statement of a package with its arguments. Raises WrongArgumentsError."""
    found = statement(package, statement_name)
    return found.text, *found.arguments(arguments)


def called_often(
    package: str, statement_name: str, calls: Iterable[Mapping[str, object]]
) -> tuple[str, list[tuple[object, ...]]]:
    """Return a statement of a package with the arguments of many calls, for `executemany`.

    Raises WrongArgumentsError.
    """
    found = statement(package, statement_name)
    return found.text, [found.arguments(each) for each in calls]


def sql(statement_name: str, /, **arguments: object) -> Call:
    """Return a storage statement with its arguments: `fetch(*sql("edit_kind", edit_id=1))`.

    Raises WrongArgumentsError.
    """
    return called(__package__, statement_name, **arguments)


def columns_of(names: Sequence[str], rows: Iterable[tuple[object, ...]]) -> dict[str, list[object]]:
    """Return rows as columns by name, for statements that unnest them."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}
