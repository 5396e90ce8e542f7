-- The migrations that were applied, and when; made by the first migration of a database. checksum is
-- the SHA-256 of the migration's text, so that a file that was changed afterwards is noticed.
CREATE TABLE IF NOT EXISTS schema_migration (
  number integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  checksum text
)
