"""`python -m gridfeed` is the `gridfeed` program."""

from gridfeed.cli.main import main

main()
