-- A token's SHA-256 to its grant; no row when it is unknown or revoked.
SELECT a.client_id, a.name, a.projects, a.production_formats, a.details
FROM granted.authenticate(:token_sha256) a
