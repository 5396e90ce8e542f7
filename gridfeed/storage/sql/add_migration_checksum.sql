-- SHA-256 of each migration's text, so that a file that was changed after it was applied is noticed.
-- Databases of former versions lack the column.
ALTER TABLE schema_migration ADD COLUMN IF NOT EXISTS checksum text
