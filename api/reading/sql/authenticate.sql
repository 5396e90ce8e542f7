-- The grant of a token, by its SHA-256. No row: the token is unknown or revoked.
SELECT a.client_id, a.name, a.projects, a.production_formats, a.details
FROM granted.authenticate(:token_sha256) a
