-- The applied migrations and when they were applied; the first migration of a database creates it.
-- checksum is the SHA-256 of the migration's text, so that a later change of the file is noticed.
CREATE TABLE IF NOT EXISTS schema_migration (
  number integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  checksum text
)
