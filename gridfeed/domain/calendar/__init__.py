"""Instants, intervals, local days and periods."""
