"""Project files: their keys, their faults, their declarations, and `gridfeed projects`."""
