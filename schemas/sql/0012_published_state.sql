-- What changes whenever something is published or declared, and with nothing else: equal texts mean
-- equal usage segments and an equal change feed. It spares the API a query whose answer the client
-- has. Every transaction that changes a published value writes a change row, and every declaration
-- moves catalogue_version. Transactions commit out of order, so the newest change alone would
-- overlook an older one that commits later: besides the newest of those that are all over (below
-- the oldest in flight), all that are visible beyond are part of it. Of a hypertable only the last
-- chunks are looked into, whole ones of a day; no transaction is in flight for two days. On a plain
-- table the index alone finds the newest. plpgsql keeps plans.
CREATE FUNCTION granted.published_state() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  since timestamptz := CASE
    WHEN EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'timescaledb')
    THEN date_trunc('day', now(), 'UTC') - interval '2 days' ELSE '-infinity' END;
BEGIN
  RETURN format('%s %s %s %s', pg_postmaster_start_time(),
    (SELECT v.version FROM catalogue_version v),
    (SELECT c.xid FROM change c
     WHERE c.xid < horizon AND c.recorded_at >= since ORDER BY c.xid DESC LIMIT 1),
    (SELECT string_agg(DISTINCT c.xid::text, ',') FROM change c
     WHERE c.xid >= horizon AND c.recorded_at >= since));
END
$$;
REVOKE ALL ON FUNCTION granted.published_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION granted.published_state() TO gridfeed_reader;
