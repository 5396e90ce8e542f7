"""`gridfeed up`: everything on this machine, started in order and watched."""
