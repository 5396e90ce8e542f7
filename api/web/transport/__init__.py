"""What every request and answer goes through: limits, HEAD, compression, validators, spooling."""
