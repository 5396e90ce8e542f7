"""Validation, estimation and editing of interval values."""
