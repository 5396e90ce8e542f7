"""Gridfeed: power-production telemetry, reads and forecasts in; interval usage segments out."""

__version__ = "0.1.0"
