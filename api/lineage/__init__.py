"""How published values came about."""
