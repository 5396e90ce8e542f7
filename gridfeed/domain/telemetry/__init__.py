"""Converts samples to interval energy: batches, the working set, the rollup."""
