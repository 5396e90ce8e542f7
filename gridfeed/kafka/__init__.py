"""Kafka: topics, clients, refusals of brokers, dead letters."""
