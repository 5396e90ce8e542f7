"""Reads YAML and keeps the text of every scalar and the line of every key."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

import yaml

from cli.fault import Fault

Path: TypeAlias = tuple[str | int, ...]

#: With aliases followed, a file may have at most this many nodes, or this many times its own nodes.
MOST_NODES, MOST_TIMES = 100_000, 10

_NULL = "tag:yaml.org,2002:null"
# The C loader is ten times faster and gives the same marks.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Document:
    """A YAML document.

    value: mappings, lists and texts; None for null. Scalars stay text, so a meter number 0071 stays
    "0071" and a capacity keeps its digits. lines: the line of each key and item, by path.
    """

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest path around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Document:
    """Parse one document. `faults` has the faults of its form."""
    document = Document()
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        if node is not None and _is_bomb(node):
            text = f"not a project file: its aliases (*) make more than {MOST_TIMES} times of it"
            document.faults.append(Fault(1, text))
        elif node is not None:
            document.value = _value(loader, node, (), document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        document.faults.append(Fault(line, f"not YAML: {error.problem or error.context}"))
    except yaml.YAMLError as error:
        document.faults.append(Fault(1, f"not YAML: {' '.join(str(error).split())}"))
    except RecursionError:
        document.faults.append(
            Fault(1, "not a project file: an alias (*) stands inside its anchor")
        )
    finally:
        loader.dispose()
    return document


def _is_bomb(root: yaml.Node) -> bool:
    """Return whether a small file becomes too large when its aliases are followed."""
    sizes: dict[int, int] = {}
    return _size(root, sizes) > MOST_NODES + MOST_TIMES * len(sizes)


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return the number of nodes once aliases are followed. sizes: the sizes of known nodes."""
    if id(node) not in sizes:
        children: Any = node.value if isinstance(node, yaml.CollectionNode) else ()
        if isinstance(node, yaml.MappingNode):
            children = chain.from_iterable(children)
        sizes[id(node)] = 1 + sum(_size(child, sizes) for child in children)
    return sizes[id(node)]


def _value(loader: Any, node: yaml.Node, path: Path, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(loader, node, path, document))
    if isinstance(node, yaml.SequenceNode):
        items = enumerate(node.value)
        return [_value(loader, item, (*path, index), document) for index, item in items]
    return None if node.tag == _NULL else node.value


def _entries(
    loader: Any, node: yaml.MappingNode, path: Path, document: Document
) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        name, line = _name(key), key.start_mark.line + 1
        if name in seen:
            text = f"{name} is on line {seen[name]} already; keep one of the two"
            document.faults.append(Fault(line, text))
        seen.setdefault(name, line)
    loader.flatten_mapping(node)  # resolves the merge key <<; own keys come last and win
    for key, child in node.value:
        name = _name(key)
        document.lines[(*path, name)] = key.start_mark.line + 1
        yield name, _value(loader, child, (*path, name), document)


def _name(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else "(a list or mapping as key)"
