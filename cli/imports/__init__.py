"""The parts of `gridfeed import`: sends a CSV file of readings to Kafka, and awaits the outcome."""
