"""What is on the topics: Avro schemas, framing, columnar decoding, encoding."""
