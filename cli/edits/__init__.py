"""Values set by hand and values estimated: `gridfeed edit` and `gridfeed vee`."""
