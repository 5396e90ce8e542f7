-- The past and what came since: what was published at an instant, and whether anything changed
-- after it. With search_path = granted_as_of, granted a statement sees what was published at
-- gridfeed.as_of.

CREATE SCHEMA granted_as_of;

CREATE FUNCTION granted_as_of.instant() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT current_setting('gridfeed.as_of')::timestamptz $$;

CREATE VIEW granted_as_of.interval_value AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.interval_value v
WHERE v.recorded_at <= (SELECT granted_as_of.instant())
UNION ALL
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.interval_version v
WHERE v.recorded_at <= (SELECT granted_as_of.instant())
  AND v.replaced_at > (SELECT granted_as_of.instant())
UNION ALL
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.open_version v
WHERE v.recorded_at <= (SELECT granted_as_of.instant())
  AND v.replaced_at > (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.streamed_value AS
SELECT v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
  v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
  v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
  v.finalize_at, v.created_at, v.recorded_at, v.cause
FROM granted.streamed_value v WHERE v.recorded_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.settlement_read AS
SELECT r.meter_id, r.channel, r.interval_start, r.interval_seconds, r.settlement_version,
  r.energy_microkwh, r.quality, r.read_at, r.source_id, r.kafka_offset, r.recorded_at
FROM granted.settlement_read r WHERE r.recorded_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.forecast_vintage AS
SELECT f.meter_id, f.production_format, f.interval_start, f.interval_seconds, f.issued_at,
  f.in_time, f.power_microkw, f.p10_microkw, f.p90_microkw, f.model, f.source_id, f.kafka_offset,
  f.recorded_at
FROM granted.forecast_vintage f WHERE f.recorded_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.register_read AS
SELECT r.meter_id, r.register, r.digits, r.multiplier, r.value, r.read_at, r.source_id,
  r.kafka_offset, r.recorded_at
FROM granted.register_read r WHERE r.recorded_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.edited_interval AS
SELECT i.edit_id, i.kind, i.who, i.why, i.meter_id, i.production_format, i.channel,
  i.interval_start, i.interval_seconds, i.energy_microkwh, i.quality, i.method, i.inputs,
  i.recorded_at,
  CASE WHEN i.ended_at <= (SELECT granted_as_of.instant()) THEN i.ended_at END AS ended_at,
  CASE WHEN i.ended_at <= (SELECT granted_as_of.instant()) THEN i.ended_by END AS ended_by
FROM granted.edited_interval i
WHERE i.recorded_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.series AS
SELECT s.meter_id, s.production_format, s.channel, s.created_at
FROM granted.series s WHERE s.created_at <= (SELECT granted_as_of.instant());

CREATE VIEW granted_as_of.series_day AS
SELECT s.meter_id, s.production_format, s.channel, s.utc_day, s.interval_seconds, s.created_at
FROM granted.series_day s WHERE s.created_at <= (SELECT granted_as_of.instant());

-- What a usage segment that changed after `listed_at` was at that instant: its start, its newest
-- change, and whether it existed. Where it did not, its start is where its first publication put
-- it, whatever came since. The version of each value that was current then says when the value had
-- changed; register reads count, too, because settlement segments show them. The search path is the
-- session's, so a session of the past sees the past. Not in SQL: a query that names it is then not
-- planned over every chunk for the sake of a few segments. `step`: starts are moved back to
-- multiples of it, counted from `opens`.
CREATE TYPE granted.listed_segment AS (
  segment_start timestamptz, modified_at timestamptz, existed boolean);
CREATE FUNCTION granted.segment_as_listed(
  meter integer, format public.production_format, channels public.channel[],
  first_start timestamptz, last_start timestamptz, seconds integer, is_summed boolean,
  step interval, opens timestamptz, listed_at timestamptz) RETURNS granted.listed_segment
LANGUAGE plpgsql STABLE AS $$
DECLARE
  segment_start timestamptz;
  modified_at timestamptz;
  existed boolean;
  segment_end timestamptz;
BEGIN
  SELECT date_bin(step, min(i.interval_start), opens),
    date_bin(step, max(i.interval_start), opens) + make_interval(secs => seconds),
    max(coalesce(v.recorded_at, i.created_at)), count(*) > 0
  INTO segment_start, segment_end, modified_at, existed
  FROM interval_value i
  LEFT JOIN LATERAL (
    SELECT i.recorded_at WHERE i.recorded_at <= listed_at
    UNION ALL
    SELECT f.recorded_at
    FROM interval_version f
    WHERE i.recorded_at > listed_at AND f.meter_id = i.meter_id
      AND f.production_format = i.production_format AND f.channel = i.channel
      AND f.interval_start = i.interval_start
      AND f.recorded_at <= listed_at AND f.replaced_at > listed_at
    UNION ALL
    SELECT f.recorded_at
    FROM open_version f
    WHERE i.recorded_at > listed_at AND f.meter_id = i.meter_id
      AND f.production_format = i.production_format AND f.channel = i.channel
      AND f.interval_start = i.interval_start
      AND f.recorded_at <= listed_at AND f.replaced_at > listed_at
  ) AS v ON true
  WHERE i.meter_id = meter AND i.production_format = format AND i.channel = ANY (channels)
    AND i.interval_start >= first_start AND i.interval_start <= last_start
    AND (i.interval_seconds = seconds OR is_summed AND mod(seconds, i.interval_seconds) = 0)
    AND i.created_at <= listed_at;
  IF NOT existed THEN
    SELECT date_bin(step, min(i.interval_start), opens) INTO segment_start
    FROM (
      SELECT i.interval_start, i.created_at, min(i.created_at) OVER () AS first_created_at
      FROM interval_value i
      WHERE i.meter_id = meter AND i.production_format = format AND i.channel = ANY (channels)
        AND i.interval_start >= first_start AND i.interval_start <= last_start
        AND (i.interval_seconds = seconds OR is_summed AND mod(seconds, i.interval_seconds) = 0)
    ) AS i
    WHERE i.created_at = i.first_created_at;
  ELSIF format = 'settlement' THEN
    SELECT greatest(modified_at, max(r.recorded_at)) INTO modified_at
    FROM register_read r
    WHERE r.meter_id = meter AND r.recorded_at <= listed_at
      AND r.read_at >= segment_start AND r.read_at < segment_end
      AND mod(extract(epoch FROM r.read_at - segment_start), seconds) = 0;
  END IF;
  RETURN (segment_start, modified_at, existed);
END
$$;

-- An instant with no writer behind it: whatever is recorded up to it is visible to every later
-- statement, because no transaction still to commit records anything at or before it. Writers draw
-- recorded_at after they have begun and have an xid (hold_fence, recording_instant). now() is taken
-- first, so that whoever begins meanwhile is later. A backend whose state this role may not see is
-- taken to have begun an hour ago (that is so when writers have a role of their own, and the role
-- that migrated lacks pg_read_all_stats). plpgsql keeps plans, and the view pg_stat_activity would
-- join what nobody asks for here (0.9 ms, now 0.1 ms).
CREATE FUNCTION granted.settled_until() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  begun timestamptz;
BEGIN
  SELECT min(CASE WHEN a.state IS NULL THEN now() - interval '1 hour' ELSE a.xact_start END)
  INTO begun
  FROM pg_stat_get_activity(NULL) a
  WHERE a.backend_xid IS NOT NULL
    AND a.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  RETURN least(now(), begun) - interval '1 microsecond';
END
$$;

-- Another text whenever something is published or declared, and the same text otherwise: equal
-- texts mean equal usage segments and an equal change feed, and spare the API a query whose answer
-- the client has. It holds the version of the declarations, the floor of the feed, and the newest
-- changes and register reads. Transactions commit out of order, so the newest change alone would
-- overlook an older one that commits later: the text holds the newest of the transactions that are
-- all over (below the oldest in flight), and all visible ones beyond. Of a hypertable it reads only
-- the last chunks, whole days; no transaction is in flight for two days. On a plain table the index
-- alone finds the newest. plpgsql keeps plans.
CREATE FUNCTION granted.published_state() RETURNS text
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

-- Another number after every declaration: what is declared decides, beside the values, what a table
-- of usage segments says.
CREATE FUNCTION granted.catalogue_version() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT v.version FROM catalogue_version v $$;

-- The feed may be read below this transaction: never past one that is still in flight.
CREATE FUNCTION granted.oldest_in_flight() RETURNS xid8
LANGUAGE sql STABLE AS $$ SELECT pg_snapshot_xmin(pg_current_snapshot()) $$;

GRANT USAGE ON SCHEMA granted, granted_as_of, public TO gridfeed_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA granted, granted_as_of TO gridfeed_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA granted, granted_as_of TO gridfeed_reader;
-- These three tell of everybody's values and sessions, so no other role may call them.
REVOKE ALL ON FUNCTION granted.settled_until(), granted.published_state(),
  granted.catalogue_version() FROM PUBLIC;
