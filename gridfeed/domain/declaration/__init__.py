"""What an operator declares: projects, meters, contracts, customer data."""
