"""Kafka to database: Faust agents at batch speed around the pure domain."""
