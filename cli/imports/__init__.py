"""A CSV file of readings to Kafka, and what became of it: the parts of `gridfeed import`."""
