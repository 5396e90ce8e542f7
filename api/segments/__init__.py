"""Usage segments (CDS-WG3-01 10.8)."""
