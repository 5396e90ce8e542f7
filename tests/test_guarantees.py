"""Promises of docs/guarantees.md and attacks of SECURITY.md each name a test that is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.documents import DOCS, REPORT, ROOT, table

GUARANTEES = DOCS / "guarantees.md"
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PROOFS = sorted(
    {proof for page in (GUARANTEES, REPORT) for proof in PROOF.findall(page.read_text("utf-8"))}
)


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(each.name for each in tree.body if isinstance(each, functions))


@pytest.mark.parametrize(("path", "name"), PROOFS)
def test_the_proof_of_a_promise_is_there(path: str, name: str) -> None:
    assert name in names_in(ROOT / path)


def test_every_promise_has_a_proof() -> None:
    rows = [
        line
        for line in GUARANTEES.read_text("utf-8").splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| promise", "| what"))
    ]
    assert len(rows) > 30
    assert [row for row in rows if not re.search(rf"{PROOF.pattern} \|$", row)] == []


def test_every_attack_has_a_proof() -> None:
    rows = table(REPORT, "attack")
    assert len(rows) > 40
    assert [row for row in rows if len(row) != 3 or not PROOF.fullmatch(row[2].strip(" |"))] == []
