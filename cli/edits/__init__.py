"""Manual edits and estimates of values: `gridfeed edit` and `gridfeed vee`."""
