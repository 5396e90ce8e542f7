-- When the database was made: its first migration.
SELECT min(m.applied_at) FROM schema_migration m
