"""Pushing the change feed: one reader, and what it is sent through."""
