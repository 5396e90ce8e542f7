"""The `gridfeed` program, one module per subcommand."""
