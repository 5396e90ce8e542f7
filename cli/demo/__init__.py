"""The demonstration: two real recordings, replayed as a synthetic fleet through Kafka."""
