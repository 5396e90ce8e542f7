"""The checks of `gridfeed doctor`, one module for each subject."""
