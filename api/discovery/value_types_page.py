"""The page that documents the project's own value types and words, as HTML; pure."""

from collections.abc import Iterable, Mapping
from html import escape

from api.discovery.value_types import OWN_TYPES, OWN_WORDS, OwnType

PATH = "/docs/value-types"

STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}"
    "td,th{border:1px solid #bbb;padding:.2rem .6rem;text-align:left}"
)


def page() -> str:
    """Return the whole page; every type and word has its name as anchor."""
    sections = (_section(name, kind) for name, kind in OWN_TYPES.items())
    words = (
        (f'<code id="{escape(word)}">{escape(word)}</code>', escape(listed), escape(meaning))
        for word, (listed, meaning) in OWN_WORDS.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Gridfeed value types</title><style>{STYLE}</style></head><body>"
        "<h1>Value types of this server</h1>"
        "<p>They are additional to those of CDS-WG3-01 10.8.5. Signs are the grid's: energy into"
        " the grid is negative. Numbers are exact decimals.</p>"
        f"{''.join(sections)}"
        "<h2>Words of this server</h2>"
        f"{_table(('word', 'enumeration', 'meaning'), words)}"
        "</body></html>"
    )


def _section(name: str, kind: OwnType) -> str:
    return (
        f'<h2 id="{escape(name)}"><code>{escape(name)}</code></h2>'
        f"<p>{escape(kind.name)}. {escape(kind.description)}</p>"
        f"<h3>Value Format</h3>{_members(kind.value_format)}"
        f"<h3>Value Object</h3>{_members(kind.value_object)}"
    )


def _members(members: Mapping[str, tuple[str, str]]) -> str:
    rows = (
        (f"<code>{escape(name)}</code>", escape(kind), escape(meaning))
        for name, (kind, meaning) in members.items()
    )
    return _table(("member", "type", "meaning"), rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [_row("th", header), *(_row("td", row) for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def _row(tag: str, cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"
