"""Views that compare and sum up: series, accuracy, reconciliation, completeness, validation."""
