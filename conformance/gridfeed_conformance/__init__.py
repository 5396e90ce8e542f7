"""Checks any server of CDS-WG3-01 from outside, number by number of the checklist."""

__version__ = "0.1.0"
