"""Typed functions around the statements in `sql/`, narrowed by the grant."""
