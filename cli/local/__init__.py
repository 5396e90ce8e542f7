"""Broker and database of `gridfeed up`: embedded, on loopback, gone when it stops."""
