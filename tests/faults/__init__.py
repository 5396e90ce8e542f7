"""A storm of kills on services of its own, judged by what lies in Kafka's log."""
