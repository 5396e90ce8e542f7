"""Reads a project file (YAML): returns its declarations, or all its faults at once."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from cli.fault import Fault
from cli.projects.customer_declared import declared_customer
from cli.projects.declared import declared_projects
from cli.projects.file_model import MODELS, FileModel
from cli.projects.strict_model import keys
from cli.projects.yaml_lines import Document, Path, read_yaml
from gridfeed.domain.declaration.contradictions import contradictions
from gridfeed.domain.declaration.customer_refusals import repeated
from gridfeed.domain.declaration.customer_target import DeclaredCustomer
from gridfeed.domain.declaration.declared import DeclaredProject, Difference


class BadProjectFileError(Exception):
    """A project file has faults, so nothing of it is declared. faults: in the order of lines."""

    def __init__(self, faults: list[Fault]) -> None:
        """faults: all faults of the file."""
        super().__init__(f"{len(faults)} faults")
        self.faults = sorted(faults)


@dataclass(frozen=True, slots=True)
class DeclaredFile:
    """The declarations of a project file: projects with their meters, and the customer data."""

    projects: list[DeclaredProject]
    customer: DeclaredCustomer


def read_projects(text: str) -> list[DeclaredProject]:
    """Return the projects of a project file. Raises BadProjectFileError with every fault."""
    return read_file(text).projects


def read_file(text: str) -> DeclaredFile:
    """Return the declarations of a project file. Raises BadProjectFileError with every fault."""
    document = read_yaml(text)
    if document.value is None and not document.faults:
        document.faults.append(Fault(1, "the file is empty; it must declare `projects`"))
    declared = _declared(document)
    wrong = [*contradictions(declared.projects), *repeated(declared.projects, declared.customer)]
    document.faults += [Fault(each.line, _said(each)) for each in wrong]
    if document.faults:
        raise BadProjectFileError(document.faults)
    return declared


def _said(difference: Difference) -> str:
    return f"{difference.what} {difference.name} {difference.reason}"


def _declared(document: Document) -> DeclaredFile:
    nothing = DeclaredFile([], DeclaredCustomer())
    if document.value is None:
        return nothing
    try:
        model = FileModel.model_validate(document.value)
    except ValidationError as error:
        document.faults += [_fault(fault, document) for fault in error.errors()]
        return nothing
    return DeclaredFile(declared_projects(model, document), declared_customer(model, document))


def _fault(fault: Any, document: Document) -> Fault:
    # Pydantic adds "[key]" to the place of a mapping's key.
    path: Path = tuple(part for part in fault["loc"] if part != "[key]")
    return Fault(document.line(path), f"{_spelled(path)}: {_message(fault, path)}")


def _message(fault: Any, path: Path) -> str:
    kind, seen = fault["type"], fault["input"]
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind in {"model_type", "model_attributes_type"}:
        return f"must be a mapping of keys, not {_shown(seen)}"
    message = str(fault["msg"]).removeprefix("Value error, ")
    return message if isinstance(seen, dict) else f"{_shown(seen)}: {message}"


def _unknown_key(path: Path) -> str:
    words = [part for part in path[:-1] if isinstance(part, str)]
    known = list(keys(MODELS[words[-1] if words else ""]))
    near = get_close_matches(str(path[-1]), known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"unknown key; {hint}"


def _shown(seen: object) -> str:
    if seen is None:
        return "null"
    if isinstance(seen, dict | list):
        return "a mapping" if isinstance(seen, dict) else "a list"
    return repr(seen)


def _spelled(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "file"
