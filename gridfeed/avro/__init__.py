"""Converts bytes to columns and back: Avro schemas, framing, decoding, encoding."""
