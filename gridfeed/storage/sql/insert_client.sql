-- No row if a client has the name, even a revoked one: a name belongs to one client for ever.
INSERT INTO client (name, token_sha256, projects, production_formats, details)
VALUES (:name, :token_sha256, :projects, :production_formats::production_format[], :details)
ON CONFLICT (name) DO NOTHING
RETURNING client_id
