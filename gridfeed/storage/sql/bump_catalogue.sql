-- Tells workers to read the catalogue again.
UPDATE catalogue_version SET version = version + 1
