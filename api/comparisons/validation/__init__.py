"""GET /v1/validation: what is implausible."""
