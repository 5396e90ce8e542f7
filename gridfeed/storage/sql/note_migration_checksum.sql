-- For a migration that was applied before checksums were kept.
UPDATE schema_migration SET checksum = $2 WHERE number = $1 AND checksum IS NULL
