"""The data that one meter sent: raw samples and register reads."""
