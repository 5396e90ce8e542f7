-- Every migration that was applied, by the program of any version.
SELECT m.number, m.name FROM schema_migration m ORDER BY m.number
