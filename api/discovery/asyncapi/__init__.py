"""The AsyncAPI 3 document, made from what the code itself works with."""
