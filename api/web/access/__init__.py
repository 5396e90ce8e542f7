"""Access to the API: tokens, limits of clients, origins and proxies."""
