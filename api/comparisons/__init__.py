"""The derived views: series, accuracy, reconciliation, completeness and validation."""
