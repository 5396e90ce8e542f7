-- An instant later than all published values of these meters, even if the server's clock was set
-- back. The xid is assigned before the clock is read, as in hold_fence.
SELECT greatest(clock_timestamp(), (
    SELECT max(s.recorded_at) FROM ingest_source s WHERE s.source_id = ANY (:source_ids::integer[])
  ) + interval '1 microsecond', (
    SELECT max(greatest(e.recorded_at, e.ended_at)) FROM edited_interval e
    WHERE e.meter_id = ANY (:meter_ids::integer[])
  ) + interval '1 microsecond')
WHERE pg_current_xact_id() IS NOT NULL
