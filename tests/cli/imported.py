"""Files that `gridfeed import csv` sends, and what of them lies on Kafka."""

import json
from io import BytesIO

import fastavro

import schemas
from tests.cli import program
from tests.cli.kafka_beside import records


class Import:
    """Imports text and reads what came of it, with an Avro reader of its own."""

    def __init__(self, kafka, prefix, folder):
        self.kafka, self.prefix = kafka, prefix
        self.file = folder / "readings.csv"
        self.settings = {"kafka_bootstrap": kafka, "topic_prefix": prefix, "topic_partitions": 3}
        program.succeed("topics", "--create", tenants="acme", **self.settings)

    def run(self, kind, text, *options, stdin=None, **settings):
        if text is not None:
            self.file.write_bytes(text if isinstance(text, bytes) else text.encode())
        name = str(self.file) if stdin is None else "-"
        arguments = ("import", "csv", name, "--as", kind, "--no-wait", *options)
        return program.run(*arguments, stdin=stdin, **self.settings, **settings)

    def sent(self, kind, text, *options, **settings):
        result = self.run(kind, text, *options, "--json", **settings)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)["sent"]

    def refused(self, kind, text, *options):
        """Return the lines that are said; nothing may have been sent."""
        result = self.run(kind, text, *options)
        assert result.exit_code == 1, result.output
        topic = {"reads": "meter.reads", "telemetry": "scada.telemetry"}[kind]
        records(self.kafka, self.prefix + topic, 0)
        return [line.removeprefix(f"{self.file}:") for line in result.stderr.splitlines()]

    def decoded(self, topic, schema, count):
        """Return the messages of a topic, by interval or time."""
        parsed = fastavro.parse_schema(json.loads(schemas.avro()[schema]))
        found = []
        for record in records(self.kafka, self.prefix + topic, count):
            assert record.value[:2] == b"\xc3\x01"
            message = fastavro.schemaless_reader(BytesIO(record.value[10:]), parsed, None)
            assert record.key == message["meter_number"].encode()
            found.append(message)
        return sorted(found, key=lambda each: each.get("interval_start") or each["observed_at"])

    def reads(self, count):
        return self.decoded("meter.reads", "RevenueRead", count)

    def telemetry(self, count):
        return self.decoded("scada.telemetry", "TelemetrySample", count)
