"""What `gridfeed doctor` looks at, one module per thing."""
