-- Every worker runs this every few seconds: one row, no join.
SELECT version FROM catalogue_version
