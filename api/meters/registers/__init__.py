"""GET /v1/registers: register reads and the energies between them."""
