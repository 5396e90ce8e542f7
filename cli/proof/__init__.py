"""A simulated fleet with a ledger, and the comparison of the API's answers with the ledger."""
