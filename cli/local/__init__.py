"""The embedded broker and database of `gridfeed up`, on the loopback address."""
