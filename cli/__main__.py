"""`python -m cli` is the `gridfeed` program."""

from cli.start import main

main()
