-- Takes the difference from changes that stand for several.
UPDATE change c SET delta_microkwh = NULL
WHERE c.seq = ANY (:seqs::bigint[]) AND c.recorded_at >= :since AND c.recorded_at < :before
  AND c.delta_microkwh IS NOT NULL
