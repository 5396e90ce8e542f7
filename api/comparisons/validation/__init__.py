"""GET /v1/validation: implausible values."""
