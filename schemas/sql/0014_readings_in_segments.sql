-- Register reads show in usage segments (`meter_readings`), so what asks whether a segment changed has
-- to see them arrive. xid: the transaction that wrote a read, as in change.
ALTER TABLE register_read ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX register_read_by_xid ON register_read (xid);
-- Reads are written in about the order in which they are recorded.
CREATE INDEX register_read_by_recording ON register_read USING brin (recorded_at);

-- As in 0012, and the register reads in the same way: the newest of those that are over, and all that
-- are visible beyond the oldest transaction in flight.
CREATE OR REPLACE FUNCTION granted.published_state() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  since timestamptz := CASE
    WHEN EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'timescaledb')
    THEN date_trunc('day', now(), 'UTC') - interval '2 days' ELSE '-infinity' END;
BEGIN
  RETURN format('%s %s %s %s %s %s', pg_postmaster_start_time(),
    (SELECT v.version FROM catalogue_version v),
    (SELECT c.xid FROM change c
     WHERE c.xid < horizon AND c.recorded_at >= since ORDER BY c.xid DESC LIMIT 1),
    (SELECT string_agg(DISTINCT c.xid::text, ',') FROM change c
     WHERE c.xid >= horizon AND c.recorded_at >= since),
    (SELECT r.xid FROM register_read r WHERE r.xid < horizon ORDER BY r.xid DESC LIMIT 1),
    (SELECT string_agg(DISTINCT r.xid::text, ',') FROM register_read r WHERE r.xid >= horizon));
END
$$;
