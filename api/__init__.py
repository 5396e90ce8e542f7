"""The HTTP API: one package for each feature, over `web` and `reading`."""
