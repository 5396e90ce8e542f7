-- The version of the schema: the number of its newest migration.
SELECT max(m.number) FROM schema_migration m
