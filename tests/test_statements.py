"""Statements, their parameters, and what their callers know of both."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from api.reading.database import SESSION_SETTINGS as READER
from api.webhooks.pool import SESSION_SETTINGS as PUSHER
from gridfeed.storage.statements import (
    Statement,
    WrongArgumentsError,
    called_often,
    columns_of,
    sql,
    statement,
)
from tests.statement_calls import PACKAGES, readers, statements

#: Who runs a package's statements; the others: the tables' owner.
SETTINGS = {
    package: PUSHER if package == "api.webhooks" else READER
    for package in PACKAGES
    if package.startswith("api.")
}
#: Statements with more parameters or lines say why in a line `-- Size: ...`.
MOST_PARAMETERS, MOST_LINES = 15, 120
EVERY = [each for package in PACKAGES for each in statements(package)]
READERS = list(readers())
CALLS = [call for reader in READERS for call in reader.calls]


@pytest.mark.parametrize(
    ("source", "text", "parameters"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT :b::text[], (:a)::xid8", "SELECT $1::text[], ($2)::xid8", ("b", "a")),
        ("SELECT x::text, 'a'::text, \"b\"::c", "SELECT x::text, 'a'::text, \"b\"::c", ()),
        ("SELECT a[1:n], a[:n]", "SELECT a[1:n], a[$1]", ("n",)),
        ("SELECT 'it''s :a', ':b' -- :c\n, :d", "SELECT 'it''s :a', ':b' -- :c\n, $1", ("d",)),
        ("SELECT E'\\':a', :b /* :c\n:d */", "SELECT E'\\':a', $1 /* :c\n:d */", ("b",)),
        ('SELECT ":a", $$ :b $$, $x$ :c $x$', 'SELECT ":a", $$ :b $$, $x$ :c $x$', ()),
    ],
)
def test_names_become_numbers_where_they_are_parameters(source, text, parameters):
    assert Statement.of("s", source) == Statement("s", text, parameters)


def test_arguments_come_in_the_statements_order_whatever_the_callers_is():
    text, *arguments = sql("elect_publisher", lock=7)
    assert text.endswith("SELECT pg_try_advisory_lock($1)\n")
    assert arguments == [7]
    found = Statement.of("s", "SELECT :a, :b")
    assert found.arguments({"b": 2, "a": 1}) == (1, 2)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"a": 1}, "statement s lacks b"),
        ({"a": 1, "b": 2, "c": 3, "d": 4}, "statement s has no c, d"),
        ({"a": 1, "c": 3}, "statement s lacks b and has no c"),
    ],
)
def test_a_statement_refuses_arguments_that_are_not_its_own(given, fault):
    with pytest.raises(WrongArgumentsError, match=f"^{fault}$"):
        Statement.of("s", "SELECT :a, :b").arguments(given)


def test_of_many_calls_each_has_its_arguments_in_order():
    _, rows = called_often("gridfeed.storage", "edit_kind", [{"edit_id": 1}, {"edit_id": 2}])
    assert rows == [(1,), (2,)]


def test_rows_become_columns_by_name():
    assert columns_of(("a", "b"), [(1, 2), (3, 4)]) == {"a": [1, 3], "b": [2, 4]}
    assert columns_of(("a", "b"), []) == {"a": [], "b": []}


def test_a_statement_is_read_once_so_that_its_text_stays_what_was_prepared():
    assert statement("gridfeed.storage", "feed_page") is statement("gridfeed.storage", "feed_page")


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.name)
def test_a_statement_says_what_it_is_for_and_why_it_is_long(each):
    comment = re.match(r"(--.*\n)+", each.text)
    assert comment
    if len(each.parameters) > MOST_PARAMETERS or each.text.count("\n") > MOST_LINES:
        assert "\n-- Size: " in comment[0], "say why it is that long"


def test_callers_name_the_parameters_of_their_statements():
    assert len(CALLS) > 150
    faults = []
    for call in CALLS:
        names = frozenset(call.statement.parameters)
        if call.keywords - names or (call.whole and call.keywords != names):
            faults.append(f"{call.place}: {call.name}: {sorted(call.keywords ^ names)}")
    assert not faults


@asynccontextmanager
async def connected(url: str, package: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect as who runs the statements of a package."""
    settings = SETTINGS.get(package, {})
    session = {name: settings[name] for name in ("role", "search_path") if name in settings}
    connection = await asyncpg.connect(url, server_settings=session)
    try:
        if package == "cli.bench":
            await connection.execute(statement(package, "create_stock_value").text)
        yield connection
    finally:
        await connection.close()


async def has_chunks(connection: asyncpg.Connection) -> bool:
    """Tell whether TimescaleDB is there, which some statements are for."""
    return bool(await connection.fetchval("SELECT to_regproc('drop_chunks') IS NOT NULL"))


async def test_postgresql_takes_every_statement_with_the_parameters_that_its_caller_gives(
    database_url: str,
):
    columns: dict[tuple[str, str], set[str]] = {}
    for package in PACKAGES:
        async with connected(database_url, package) as connection:
            chunks = await has_chunks(connection)
            for each in statements(package):
                if "chunk" in each.name and not chunks:
                    continue
                prepared = await connection.prepare(each.text)
                assert len(prepared.get_parameters()) == len(each.parameters), each.name
                columns[package, each.name] = {found.name for found in prepared.get_attributes()}
    faults = []
    for reader in READERS:
        known = {
            column
            for call in reader.calls
            for column in columns.get((call.package, call.name), reader.columns)
        }
        if reader.columns - known:
            faults.append(f"{reader.place}: {sorted(reader.columns - known)}")
    assert not faults
