"""Measures Gridfeed beside the software it is built on, in one run."""
