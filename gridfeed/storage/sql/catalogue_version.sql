-- What a worker asks every few seconds: one row, no join.
SELECT version FROM catalogue_version
