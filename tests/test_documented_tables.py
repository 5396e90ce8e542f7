"""The tables of the documents are those of the code."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY, generate_latest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

import schemas
import stream.observe  # noqa: F401 - declares the metrics of a worker
from api.segments.columns import CONTRACTED, VALUE_TYPES
from api.segments.tables.columns import COLUMNS
from api.server import build_app
from api.web.metrics import RequestMetrics, new_registry
from api.web.transport.connection import Patience
from api.web.transport.room import Room
from api.webhooks.metrics import WebhookMetrics
from cli.main import COMMANDS
from cli.projects.command import key_rows
from gridfeed.domain.words import (
    ChangeKind,
    PointQuality,
    ProductionFormat,
    ReadingQuality,
    ReadingValidity,
    Reason,
)
from gridfeed.kafka.topics import topic_specs
from gridfeed.settings import Settings, load
from stream.fetched import Record
from stream.letters import Rejection
from tests.documents import CHANGELOG, CONTRIBUTING, DOCS, ROOT, code_of, table

TOPICS, WORDS = DOCS / "topics.md", DOCS / "words.md"

CONFIGURATION, GLOSSARY, LETTERS, OPERATIONS, PROJECTS = (
    DOCS / f"{name}.md"
    for name in ("configuration", "glossary", "dead-letters", "operations", "projects")
)


def names(document: Path, header: str) -> list[str]:
    """Return what stands between backquotes in the first column."""
    return [name for row in table(document, header) for name in code_of(row[0])]


def test_the_topics_are_those_that_are_created() -> None:
    assert names(TOPICS, "topic") == [spec.name for spec in topic_specs(load())]
    values = {name for _, value, _ in table(TOPICS, "topic") for name in code_of(value)}
    assert values == set(schemas.avro())


def test_the_headers_of_a_dead_letter_are_those_that_are_sent() -> None:
    (row,) = [row for row in table(TOPICS, "topic") if row[0] == "`dead.letters`"]
    headers = Rejection(Record("t", 0, 0, None, None), Reason.UNDECODABLE, "").why
    assert code_of(row[2]) == [name for name, _ in headers]


def test_the_fields_are_those_of_the_schemas() -> None:
    rows = {code_of(name)[0]: fields for name, fields in table(TOPICS, "schema")}
    expected = {name: fields_of(json.loads(text)) for name, text in schemas.avro().items()}
    assert rows == expected


def fields_of(schema: Mapping[str, Any]) -> str:
    fields = ((each["name"], type_of(each["type"]), default_of(each)) for each in schema["fields"])
    return " · ".join(f"`{name}` {kind}{default}" for name, kind, default in fields)


def type_of(kind: Any) -> str:
    if isinstance(kind, list):
        return f"{type_of(kind[1])} or null"
    if isinstance(kind, str):
        return kind
    if kind["type"] == "enum":
        return ", ".join(kind["symbols"])
    if kind["type"] == "array":
        return f"array of {type_of(kind['items'])}"
    if kind["logicalType"] == "decimal":
        return f"decimal({kind['precision']},{kind['scale']})"
    return str(kind["logicalType"])


def default_of(each: Mapping[str, Any]) -> str:
    return f" (default {each['default'] or 'null'})" if "default" in each else ""


def test_the_production_formats_have_the_value_types_that_are_published() -> None:
    rows = table(WORDS, "production format")
    assert [code_of(row[0])[0] for row in rows] == list(ProductionFormat)
    for name, _, told in rows:
        types = VALUE_TYPES[ProductionFormat(code_of(name)[0])]
        expected = dict.fromkeys(word for each in types for word in (each.name, each.key))
        assert code_of(told) == list(expected)
        assert all(each.word in told for each in types)


def test_the_reading_validities_are_those_that_are_published() -> None:
    assert names(WORDS, "reading validity") == list(ReadingValidity)
    assert code_of(table(WORDS, "reading validity")[-1][1]) == [CONTRACTED.name, CONTRACTED.key]


@pytest.mark.parametrize(
    ("document", "header", "words"),
    [
        (WORDS, "quality of a sample", PointQuality),
        (WORDS, "quality of a published value", ReadingQuality),
        (LETTERS, "reason", Reason),
        (OPERATIONS, "change", ChangeKind),
    ],
)
def test_the_words_are_those_of_the_contract(
    document: Path, header: str, words: Iterable[str]
) -> None:
    assert sorted(names(document, header)) == sorted(words)


def test_the_paths_are_those_that_the_api_answers() -> None:
    app = build_app(load())
    assert names(DOCS / "api.md", "path") == [
        *app.openapi()["paths"],
        app.docs_url,
        app.openapi_url,
    ]


def test_the_settings_are_those_that_are_read() -> None:
    expected = [
        [f"`GRIDFEED_{name.upper()}`", default(field), escape(str(field.description), quote=False)]
        for name, field in Settings.model_fields.items()
    ]
    assert table(CONFIGURATION, "variable") == expected


def test_the_columns_of_a_table_are_those_that_are_sent() -> None:
    expected = [
        [f"`{each.name}`", each.kind, "yes" if each.nullable else "", each.meaning]
        for each in COLUMNS
    ]
    assert table(DOCS / "tables.md", "column") == expected


def test_the_keys_of_a_project_file_are_those_that_are_read() -> None:
    expected = [
        [f"`{key}`", value if value == "required" else f"`{value}`", escape(str(told), quote=False)]
        for key, value, told in key_rows()
    ]
    assert table(PROJECTS, "key") == expected


def default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "unset" if value is None else "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def test_the_metrics_are_those_that_are_counted() -> None:
    registry = new_registry()
    Patience(load(), registry)
    RequestMetrics(build_app(load()), registry, lambda: 0.0)
    Room(1, registry)
    WebhookMetrics(registry)
    text = (generate_latest(REGISTRY) + generate_latest(registry)).decode()
    counted = set(re.findall(r"^# HELP (\w+) ", text, re.MULTILINE))
    assert set(names(OPERATIONS, "metric")) <= counted


def test_the_glossary_names_what_is_in_the_code() -> None:
    folders = ("cli", "gridfeed", "stream", "api", "schemas")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    code = " ".join(
        path.read_text("utf-8") for path in files if path.suffix in {".py", ".sql", ".avsc"}
    )
    text = GLOSSARY.read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| `([^`|]+)` \| [^|]+ \|$", text, re.MULTILINE)
    assert len(rows) > 40
    assert [name for _, name in rows if not re.search(rf"\b{re.escape(name)}\b", code)] == []
    assert len({word for word, _ in rows}) == len(rows)


def test_the_staircase_is_the_one_that_is_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (layers,) = (
        each["layers"]
        for each in project["tool"]["importlinter"]["contracts"]
        if each["name"] == "one staircase"
    )
    expected = [re.split(r" [|:] ", layer) for layer in layers]
    assert [code_of(row[0]) for row in table(CONTRIBUTING, "step")] == expected


def test_the_folders_of_the_tests_are_there() -> None:
    assert all((ROOT / name).exists() for name in names(CONTRIBUTING, "where"))


def test_the_changelog_names_every_command() -> None:
    assert set(COMMANDS) <= set(code_of(CHANGELOG.read_text("utf-8")))
