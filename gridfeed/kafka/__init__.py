"""Kafka: topics, clients, what brokers refuse, dead letters."""
