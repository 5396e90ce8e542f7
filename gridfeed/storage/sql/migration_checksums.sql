-- What was applied, to be compared with this program's files; NULL: applied before checksums were kept.
SELECT m.number, m.checksum FROM schema_migration m
