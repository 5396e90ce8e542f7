"""What is measured or forecast elsewhere: reads, registers, forecasts, gates."""
