"""What one meter sent: raw samples and register reads."""
