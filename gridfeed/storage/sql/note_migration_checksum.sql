-- For a migration that was applied before checksums were kept.
UPDATE schema_migration SET checksum = :checksum WHERE number = :number AND checksum IS NULL
