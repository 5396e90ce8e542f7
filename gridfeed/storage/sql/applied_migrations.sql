-- Every applied migration, of any program version.
SELECT m.number, m.name FROM schema_migration m ORDER BY m.number
