"""GET /v1/telemetry: raw samples of one meter."""
