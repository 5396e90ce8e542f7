"""The listings of CDS-WG3-01 section 10, and production projects."""
