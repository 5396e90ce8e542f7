"""An operator's declarations: projects, meters, contracts, customer data."""
