"""A simulated fleet with a ledger, and the comparison of what the API publishes with it."""
