"""What the API answers, as JSON Schema with an example; tests hold both true."""
