"""`gridfeed import csv --as registers`: dials verbatim from the file to Kafka."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gridfeed.avro.records import decode_registers
from gridfeed.avro.schemas import kept
from gridfeed.avro.writers import Writers
from gridfeed.domain.settlement.messages import RegisterRead
from tests.cli import program
from tests.cli.kafka_beside import records

HEADER = "meter_number,read_at,value,digits,multiplier"


class Import:
    def __init__(self, kafka, prefix, folder):
        self.kafka, self.topic = kafka, f"{prefix}meter.registers"
        self.file = folder / "dials.csv"
        self.settings = {"kafka_bootstrap": kafka, "topic_prefix": prefix, "topic_partitions": 3}
        program.succeed("topics", "--create", **self.settings)

    def run(self, text, *options):
        self.file.write_text(text)
        arguments = ("import", "csv", str(self.file), "--as", "registers", "--no-wait", *options)
        return program.run(*arguments, **self.settings)

    def sent(self, text, *options):
        """Return the reads that were sent, in the order of their partition."""
        result = self.run(text, *options, "--json")
        assert result.exit_code == 0, result.output
        count = json.loads(result.stdout)["sent"]
        values = [record.value for record in records(self.kafka, self.topic, count)]
        found, rejected = decode_registers(values, Writers("RegisterRead", kept()))
        assert rejected == []
        return [read for _, read in found]

    def refused(self, row):
        result = self.run(f"{HEADER}\n{row}\n")
        assert result.exit_code == 1, result.output
        records(self.kafka, self.topic, 0)
        return result.stderr.splitlines()[0].removeprefix(f"{self.file}:")


@pytest.fixture
def csv(kafka, topic_suffix, tmp_path):
    return Import(kafka, f"{topic_suffix}.", tmp_path)


def test_dials_are_sent_verbatim_and_of_the_total_register(csv):
    assert csv.sent(f"{HEADER}\nm-1,2026-03-02T11:00+01:00,00012.50,5,40.000001\n") == [
        RegisterRead(
            "m-1",
            "total",
            5,
            Decimal("40.000001"),
            "00012.50",
            datetime(2026, 3, 2, 10, tzinfo=UTC),
        )
    ]


def test_an_exchange_keeps_the_order_of_its_rows(csv):
    rows = [f"2026-03-02 11:07,{value},5,1,1.8.0" for value in ("48210", "00003")]
    text = "\n".join(["read_at,value,digits,multiplier,register", *rows])
    found = csv.sent(text, "--meter", "m-1", "--timezone", "Europe/Amsterdam")
    assert [(read.value, read.register) for read in found] == [
        ("48210", "1.8.0"),
        ("00003", "1.8.0"),
    ]
    assert {read.read_at for read in found} == {datetime(2026, 3, 2, 10, 7, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("000012,5,40", "value='000012' has more whole dials than digits=5"),
        ("-12,5,40", "value='-12' is not a register read"),
        ("12,13,40", "digits=13; 1 to 12 are accepted"),
        ("12,5,0", "multiplier=0.000000; kWh per unit, above 0, are accepted"),
        ("12,5,0.0000001", "multiplier: 0.0000001 has more than 6 decimals"),
        ("12,five,40", "digits: 'five' is not a whole number"),
        (",5,40", "value: is empty"),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_sent(csv, cells, said):
    assert csv.refused(f"m-1,2026-03-02T10:00Z,{cells}").startswith(f"2: {said}")
