"""The two contracts: Avro on the topics, SQL in the database. The only code is a reader."""

import re
from importlib.resources import files

_MIGRATION = re.compile(r"(\d{4})_(\w+)\.sql")


def avro() -> dict[str, str]:
    """Return every kept Avro schema, file name without suffix to JSON text.

    `TelemetrySample` is the newest version; older ones are `TelemetrySample.v1` and so on.
    """
    folder = files(__name__) / "avro"
    return {
        entry.name.removesuffix(".avsc"): entry.read_text("utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".avsc")
    }


def migrations() -> list[tuple[int, str, str]]:
    """Return the numbered migrations in order, each as number, name and SQL text."""
    folder = files(__name__) / "sql"
    found = [
        (int(match[1]), match[2], entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if (match := _MIGRATION.fullmatch(entry.name))
    ]
    return sorted(found)
