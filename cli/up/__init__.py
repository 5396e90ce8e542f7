"""`gridfeed up`: starts all programs on this machine in order, and watches them."""
