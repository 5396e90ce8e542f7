-- Removes the updates of open intervals recorded in [:since, :before), except those to keep (:seqs).
DELETE FROM change c
WHERE c.recorded_at >= :since AND c.recorded_at < :before
  AND c.kind = 'UPDATED' AND c.cause = 'samples'
  AND NOT EXISTS (SELECT FROM unnest(:seqs::bigint[]) AS k (seq) WHERE k.seq = c.seq)
