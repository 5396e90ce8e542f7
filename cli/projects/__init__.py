"""Project files: their keys, their faults, what they declare, and `gridfeed projects`."""
