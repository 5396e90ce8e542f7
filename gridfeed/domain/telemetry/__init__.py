"""Samples to interval energy: batches, the working set, the rollup."""
