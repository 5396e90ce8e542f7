"""GET /v1/completeness: which intervals have values."""
