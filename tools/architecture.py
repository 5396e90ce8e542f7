#!/usr/bin/env python3
"""Draws docs/architecture.svg: the rooms of the code by floor, and the imports between them.

    python3 tools/architecture.py

A room is a package; the modules that lie directly in `api` or in `gridfeed` are one room together.
A room stands one floor above the highest room that it imports. An arrow that follows from others
is left out: `cli` imports `gridfeed.domain`, and so does everything below it.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from html import escape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DRAWING = ROOT / "docs" / "architecture.svg"
#: What the program is made of.
HOUSE = ("api", "cli", "gridfeed", "schemas", "stream")
#: Packages whose own packages are rooms.
OPENED = ("api", "gridfeed")
#: A line about each room; a room without one shows its name alone.
LABELS = {
    "cli": "the program: commands, import, demo, proof, bench, embedded services",
    "stream": "the worker: Kafka to database",
    "api": "the server: database to HTTP",
    "api/*.py": "build and run the server",
    "api.discovery": "metadata, health, documents",
    "api.comparisons": "series, scores, sums",
    "api.lineage": "how a value came about",
    "api.webhooks": "signed deliveries",
    "api.listings": "projects, contracts, points",
    "api.segments": "usage segments, tables",
    "api.meters": "samples, register reads",
    "api.feed": "changes, SSE, WebSocket",
    "api.web": "tokens, limits, parameters, problems, caches",
    "api.reading": "the database as a grant shows it",
    "gridfeed.storage": "SQL and transactions",
    "gridfeed.kafka": "topics, clients, dead letters",
    "gridfeed.avro": "messages to columns",
    "gridfeed/*.py": "settings, clock, logs",
    "gridfeed.domain": "the rules, without I/O",
    "schemas": "Avro schemas, migrations",
}
KINDS = {"cli": "top", "stream": "work", "api": "out", "gridfeed": "store", "schemas": "in"}

Graph = Mapping[str, set[str]]
Point = tuple[float, float]

GAP, RISE, PADDING, TITLE, LINE, LANE, MARGIN = 26.0, 46.0, 18.0, 48.0, 18.0, 10.0, 14.0

HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 WIDTH HEIGHT" width="WIDTH" \
font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" role="img" \
aria-labelledby="title">
  <title id="title">The rooms of Gridfeed: which imports which</title>
  <!-- Made by tools/architecture.py. -->
  <style>
    .box { stroke-width: 1.5 }
    .group { fill: none; stroke: #8b68cf; stroke-width: 1.5; stroke-dasharray: 5 4 }
    .in { fill: #e8f1fd; stroke: #4c8fdb }
    .work { fill: #fdf1d8; stroke: #c98a15 }
    .store { fill: #e4f6ea; stroke: #3f9c62 }
    .out { fill: #f1eafc; stroke: #8b68cf }
    .top { fill: #f0f2f4; stroke: #6e7781 }
    .head { font: 600 13px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
    .text { font-size: 12.5px }
    text { fill: #1b1f24; dominant-baseline: middle; text-anchor: middle }
    text.note { fill: #848d97 }
    .arrow { fill: none; stroke: #8b949e; stroke-width: 1.5 }
  </style>
  <marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" \
orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="#8b949e"/></marker>"""


def rooms() -> dict[str, set[str]]:
    """Return every room with the rooms that it imports."""
    graph: dict[str, set[str]] = {}
    for package in HOUSE:
        for path in sorted((ROOT / package).rglob("*.py")):
            here = _room(path.relative_to(ROOT).with_suffix("").parts)
            found = {_room(name.split(".")) for name in _imported(path)}
            graph.setdefault(here, set()).update(found - {here})
    return graph


def _room(parts: Sequence[str]) -> str:
    package, *rest = parts
    if package not in OPENED:
        return package
    if rest and (ROOT / package / rest[0]).is_dir():
        return f"{package}.{rest[0]}"
    return f"{package}/*.py"


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{each.name}" for each in node.names]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] in HOUSE)


def together(graph: Graph, package: str) -> dict[str, set[str]]:
    """Return the graph with all rooms of a package as one."""
    found: dict[str, set[str]] = {}
    for room, below in graph.items():
        here, *there = (package if _package(each) == package else each for each in (room, *below))
        found.setdefault(here, set()).update({*there} - {here})
    return found


def inside(graph: Graph, package: str) -> dict[str, set[str]]:
    """Return the rooms of a package alone."""
    mine = {room for room in graph if _package(room) == package}
    return {room: graph[room] & mine for room in mine}


def _package(room: str) -> str:
    return room.replace("/", ".").split(".")[0]


def floors(graph: Graph) -> dict[str, int]:
    """Return the floor of each room; 0: it imports no other. Raises CycleError."""
    found: dict[str, int] = {}
    for room in TopologicalSorter(graph).static_order():
        found[room] = max((found[below] + 1 for below in graph[room]), default=0)
    return found


def needed(graph: Graph) -> dict[str, set[str]]:
    """Return the graph without the imports that follow from others."""

    def reach(room: str) -> set[str]:
        return set().union(*({each} | reach(each) for each in graph[room]))

    return {
        room: {each for each in below if not any(each in reach(other) for other in below)}
        for room, below in graph.items()
    }


@dataclass(frozen=True, slots=True)
class Box:
    """A room on paper, or with no kind a lane of an arrow. inner: the rooms in it."""

    title: str = ""
    label: str = ""
    kind: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = LANE
    height: float = 0.0
    inner: "Plan | None" = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Boxes and arrows in a rectangle."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def plan(graph: Graph, opened: str = "") -> Plan:
    """Return where everything stands; opened: the package that is drawn with its rooms."""
    outer = together(graph, opened) if opened else graph
    boxes = {room: _box(room, outer) for room in outer}
    if opened:
        boxes[opened] = _group(boxes[opened], plan(inside(graph, opened)))
    return _planned(needed(outer), floors(outer), boxes)


def _box(room: str, graph: Graph) -> Box:
    title, label = room, LABELS.get(room, "")
    if room.endswith("/*.py") and len({_package(each) for each in graph}) == 1:
        title = " ".join(sorted(path.name for path in (ROOT / _package(room)).glob("[a-z]*.py")))
    width = max(8.0 * len(title), 7.0 * len(label)) + 2 * PADDING
    return Box(title, label, KINDS[_package(room)], width=width, height=2 * LINE + 10)


def _group(box: Box, inner: Plan) -> Box:
    height = TITLE + inner.height + 2 * PADDING
    return replace(box, width=inner.width + 2 * PADDING, height=height, inner=inner)


def _planned(graph: Graph, floor: Mapping[str, int], boxes: dict[str, Box]) -> Plan:
    chains = [_chain(room, below, floor) for room in sorted(graph) for below in sorted(graph[room])]
    for chain in chains:
        boxes.update((lane, Box()) for lane in chain if lane not in boxes)
    level = {place: floor[chain[0]] - n for chain in chains for n, place in enumerate(chain)}
    rows = [
        sorted(place for place in boxes if level.get(place, floor.get(place)) == at)
        for at in reversed(range(max(floor.values()) + 1))
    ]
    steps = [pair for chain in chains for pair in pairwise(chain)]
    placed = _placed(_in_order(rows, steps), boxes)
    arrows = tuple(_arrow(chain, placed, steps) for chain in chains)
    width = max(box.x + box.width for box in placed.values())
    height = max(box.y + box.height for box in placed.values())
    return Plan(tuple(box for box in placed.values() if box.kind), arrows, width, height)


def _chain(room: str, below: str, floor: Mapping[str, int]) -> list[str]:
    """Return the places that an arrow goes through, a lane on each floor between the two."""
    between = range(floor[room] - 1, floor[below], -1)
    return [room, *(f"{room} > {below} at {at}" for at in between), below]


def _in_order(rows: list[list[str]], steps: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return the rows so ordered that few arrows cross: each place near its neighbours."""
    for _ in range(8):
        for mine, others in ((rows[1:], rows), (rows[-2::-1], rows[::-1])):
            for row, near in zip(mine, others, strict=False):
                at = {place: (n + 0.5) / len(near) for n, place in enumerate(near)}
                middles = {place: _middle(place, at, steps) for place in row}
                row.sort(key=lambda place: (round(middles[place], 6), place))
    return rows


def _middle(place: str, at: Mapping[str, float], steps: Iterable[tuple[str, str]]) -> float:
    found = [at[b if a == place else a] for a, b in steps if place in (a, b) and {a, b} & at.keys()]
    return sum(found) / len(found) if found else 0.5


def _placed(rows: Sequence[Sequence[str]], boxes: Mapping[str, Box]) -> dict[str, Box]:
    def width(row: Sequence[str]) -> float:
        return sum(boxes[place].width for place in row) + GAP * (len(row) - 1)

    placed, y, widest = {}, 0.0, max(map(width, rows))
    for row in rows:
        x, height = (widest - width(row)) / 2, max(boxes[place].height for place in row)
        for place in row:
            placed[place] = replace(boxes[place], x=x, y=y, height=height)
            x += boxes[place].width + GAP
        y += height + RISE
    return placed


def _arrow(
    chain: Sequence[str], placed: Mapping[str, Box], steps: Sequence[tuple[str, str]]
) -> tuple[Point, ...]:
    """Return the points of an arrow; the ends at one side of a box are spread over it."""

    def end(place: str, other: str, *, below: bool) -> float:
        ends = [b if below else a for a, b in steps if (a if below else b) == place]
        ends.sort(key=lambda each: placed[each].x + placed[each].width / 2)
        box = placed[place]
        return box.x + box.width * (ends.index(other) + 1) / (len(ends) + 1)

    points: list[Point] = []
    for upper, lower in pairwise(chain):
        top, bottom = placed[upper], placed[lower]
        points.append((end(upper, lower, below=True), top.y + top.height))
        points.append((end(lower, upper, below=False), bottom.y))
    return tuple(points)


def drawn(whole: Plan) -> str:
    """Return the text of the drawing."""
    width, height = (f"{each + 2 * MARGIN:.0f}" for each in (whole.width, whole.height))
    head = HEAD.replace("WIDTH", width).replace("HEIGHT", height)
    return "\n".join([head, *_elements(whole, MARGIN, MARGIN), "</svg>\n"])


def _elements(of: Plan, left: float, top: float) -> Iterator[str]:
    for box in of.boxes:
        yield from _drawn_box(box, left + box.x, top + box.y)
    for arrow in of.arrows:
        points = " L".join(f"{left + x:.1f} {top + y:.1f}" for x, y in arrow)
        yield f'  <path class="arrow" d="M{points}" marker-end="url(#tip)"/>'


def _drawn_box(box: Box, x: float, y: float) -> Iterator[str]:
    kind, note = ("group", " note") if box.inner else (f"box {box.kind}", "")
    size = f'width="{box.width:.1f}" height="{box.height:.1f}"'
    yield f'  <rect class="{kind}" x="{x:.1f}" y="{y:.1f}" {size} rx="6"/>'
    above = (TITLE if box.inner else box.height) / 2 - LINE / 2
    for style, text in (("head", box.title), ("text", box.label)):
        at = f'x="{x + box.width / 2:.1f}" y="{y + above:.1f}"'
        yield f'  <text class="{style}{note}" {at}>{escape(text)}</text>'
        above += LINE
    if box.inner:
        yield from _elements(box.inner, x + PADDING, y + TITLE + PADDING)


def main() -> None:
    """Write the drawing."""
    DRAWING.write_text(drawn(plan(rooms(), opened="api")), "utf-8")


if __name__ == "__main__":
    main()
