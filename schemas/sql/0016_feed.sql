-- Up to where the change feed has been trimmed: every row at or before this position is gone or about
-- to go, every row behind it is kept. It moves before rows are removed, in a transaction of its own;
-- who reads both in one statement then never takes a removed row for one that never was.
CREATE TABLE feed_floor (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid xid8 NOT NULL,
  seq bigint NOT NULL
);
INSERT INTO feed_floor (xid, seq) VALUES ('0', 0);

CREATE VIEW granted.feed_floor AS SELECT f.xid, f.seq FROM public.feed_floor f;
GRANT SELECT ON granted.feed_floor TO gridfeed_reader;

-- As in 0012, and the register reads in the same way: the newest of those that are over, and all that
-- are visible beyond the oldest transaction in flight. And the floor: once changes are trimmed, an
-- answer that began with them is another.
CREATE OR REPLACE FUNCTION granted.published_state() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  since timestamptz := CASE
    WHEN EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'timescaledb')
    THEN date_trunc('day', now(), 'UTC') - interval '2 days' ELSE '-infinity' END;
BEGIN
  RETURN format('%s %s %s %s %s %s %s', pg_postmaster_start_time(),
    (SELECT v.version FROM catalogue_version v),
    (SELECT concat(f.xid, '-', f.seq) FROM feed_floor f),
    (SELECT c.xid FROM change c
     WHERE c.xid < horizon AND c.recorded_at >= since ORDER BY c.xid DESC LIMIT 1),
    (SELECT string_agg(DISTINCT c.xid::text, ',') FROM change c
     WHERE c.xid >= horizon AND c.recorded_at >= since),
    (SELECT r.xid FROM register_read r WHERE r.xid < horizon ORDER BY r.xid DESC LIMIT 1),
    (SELECT string_agg(DISTINCT r.xid::text, ',') FROM register_read r WHERE r.xid >= horizon));
END
$$;
