-- The newest migration: which schema the numbers were read from.
SELECT max(s.number) FROM schema_migration s
