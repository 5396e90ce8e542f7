"""The path of every request and answer: limits, HEAD, compression, validators, spooling."""
