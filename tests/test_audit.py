"""A finding of the audit of dependencies is accepted with a reason, and not for ever."""

from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.documents import ROOT

SCRIPT = ROOT / ".ci/security/audit.py"


@pytest.fixture
def audit() -> ModuleType:
    spec = spec_from_file_location("audit", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_accepted_finding_counts_again_after_its_last_day(
    audit: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.ACCEPTED = tmp_path / "accepted.txt"
    audit.ACCEPTED.write_text("# why\nPYSEC-2026-1 2026-03-31 only Windows is concerned\n")
    assert list(audit.accepted(date(2026, 3, 31))) == ["PYSEC-2026-1"]
    assert list(audit.accepted(date(2026, 4, 1))) == []
    assert "no longer accepted since 2026-03-31: PYSEC-2026-1" in capsys.readouterr().out


def test_each_finding_that_is_accepted_has_a_day_and_a_reason(audit: ModuleType) -> None:
    list(audit.accepted(date.max))


def test_without_any_service_it_says_that_nothing_is_audited(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "service", lambda: None)
    assert audit.main(["requirements.lock"]) == 0
    assert "no vulnerability service answers: not audited" in capsys.readouterr().out


def test_every_requirement_of_every_lock_has_a_hash() -> None:
    """Without one, a package index could give another file."""
    for lock in (ROOT / "requirements.lock", ROOT / ".ci/security/requirements.lock"):
        requirements = lock.read_text("utf-8").replace("\\\n", " ").splitlines()
        named = [line for line in requirements if line and not line.lstrip().startswith("#")]
        assert len(named) > 40
        assert [line for line in named if "==" not in line or "--hash=sha256:" not in line] == []
