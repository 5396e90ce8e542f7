"""Measures Gridfeed beside what it is built on, in one run, on the same topic."""
