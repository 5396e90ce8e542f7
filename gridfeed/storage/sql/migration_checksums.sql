-- The applied migrations, to be compared with this program's files.
SELECT m.number, m.checksum FROM schema_migration m
