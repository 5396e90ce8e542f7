"""GET /v1/series: an aligned table."""
