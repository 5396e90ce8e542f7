"""What every request and answer goes through: proxies, limits, HEAD, compression, validators."""
