"""The HTTP API: a room for each thing that it answers, over `web` and `reading`."""
