"""Data measured or forecast elsewhere: reads, registers, forecasts, gates."""
