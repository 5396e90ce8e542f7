"""The ledger keeps what it was given, and what is left of it after a kill."""

import io

import polars as pl
import pyarrow as pa
import pytest

from cli.proof.ledger import SCHEMA, BadLedgerError, Header, LedgerMeter, LedgerWriter, read
from gridfeed.domain.words import Integration

METER = LedgerMeter("sim-00001", "12.5", 60, 0, 10, Integration.LINEAR, "kWh")
HEADER = Header(42, "default", (METER,))


def records(*offsets, reason=None):
    row = {
        "meter_number": "sim-00001", "observed_at": 1_772_323_200_000_001, "power_kw": 0.1 + 0.2,
        "quality": "GOOD", "channel": "GROSS", "topic": "scada.telemetry", "partition": 3,
        "reason": reason, "sha256": reason and "ab" * 32,
    }  # fmt: skip
    return pa.Table.from_pylist([{**row, "offset": offset} for offset in offsets], SCHEMA)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "run.ledger"


def written(file, *parts, end=True):
    writer = LedgerWriter(file, HEADER)
    for part in parts:
        writer.append(part)
    if end:
        writer.end()
    writer.close()


def test_what_was_appended_comes_back_to_the_last_bit(file):
    written(file, records(1, 2), records(9, reason="undecodable"))

    ledger = read(file)

    assert ledger.header == HEADER
    assert ledger.complete
    assert ledger.records.equals(
        pa.concat_tables([records(1, 2), records(9, reason="undecodable")]), check_metadata=True
    )
    assert ledger.records["power_kw"].to_pylist() == [0.30000000000000004] * 3


def test_good_and_spoiled_records_are_told_apart(file):
    written(file, records(1, 2), records(9, reason="undecodable"))

    assert read(file).good["offset"].to_pylist() == [1, 2]
    assert read(file).spoiled["offset"].to_pylist() == [9]


def test_a_ledger_that_was_not_ended_is_not_complete(file):
    written(file, records(1), end=False)

    assert not read(file).complete
    assert read(file).records["offset"].to_pylist() == [1]


def test_cut_anywhere_it_still_tells_every_whole_frame(file):
    written(file, records(1), records(2))
    whole = file.read_bytes()
    first_end = whole.index(b"S") + 1  # somewhere in the first frame of records
    seen = set()

    for length in range(first_end, len(whole)):
        file.write_bytes(whole[:length])
        ledger = read(file)
        assert not ledger.complete
        seen.add(tuple(ledger.records["offset"].to_pylist()))

    assert seen == {(), (1,), (1, 2)}


def test_a_frame_that_a_crash_left_half_written_ends_the_ledger(file):
    written(file, records(1), records(2))
    whole = bytearray(file.read_bytes())
    whole[-30] ^= 0xFF  # inside the last frame of records
    file.write_bytes(whole)

    assert read(file).records["offset"].to_pylist() == [1]
    assert not read(file).complete


def test_an_existing_file_is_never_overwritten(file):
    written(file, records(1))

    with pytest.raises(FileExistsError):
        LedgerWriter(file, HEADER)


@pytest.mark.parametrize("content", [b"", b"offset,topic\n1,scada.telemetry\n"])
def test_a_file_that_is_no_ledger_is_refused(file, content):
    file.write_bytes(content)

    with pytest.raises(BadLedgerError, match="is not a ledger"):
        read(file)


def test_a_ledger_without_its_header_is_refused(file):
    written(file)
    file.write_bytes(file.read_bytes()[:25])

    with pytest.raises(BadLedgerError, match="ends before its header"):
        read(file)


def test_a_ledger_whose_texts_another_program_wrote_as_views_is_read(file):
    """So polars writes them, and the ledgers of earlier versions are written."""
    payload = io.BytesIO()
    pl.from_arrow(records(1, 2)).write_ipc_stream(payload, compression="zstd")
    writer = LedgerWriter(file, HEADER)
    writer._write(b"S", payload.getvalue())
    writer.end()
    writer.close()

    assert read(file).records.equals(records(1, 2))
