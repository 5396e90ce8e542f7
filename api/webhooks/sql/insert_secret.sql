-- A secret that is valid until another takes its place.
INSERT INTO webhook_secret (webhook_id, secret, created_at)
VALUES (:webhook_id, :secret, :created_at)
