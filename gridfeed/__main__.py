"""`python -m gridfeed` is the `gridfeed` program."""

from gridfeed.cli.start import main

main()
