-- Totals of the rows that a worker stored. Each sample must be in exactly one block and one value.
SELECT (SELECT count(*) FROM interval_value) AS intervals,
  (SELECT coalesce(sum(samples), 0) FROM interval_value)::bigint AS samples_of_values,
  (SELECT count(*) FROM sample_block) AS blocks,
  (SELECT coalesce(sum(samples), 0) FROM sample_block)::bigint AS samples_of_blocks,
  (SELECT count(*) FROM change) AS changes
