-- No row comes back when the name is taken, by a revoked client too: a name stays one client's.
INSERT INTO client (name, token_sha256, projects, production_formats, details)
VALUES (:name, :token_sha256, :projects, :production_formats::production_format[], :details)
ON CONFLICT (name) DO NOTHING
RETURNING client_id
