-- On which days (UTC) a series has values, so that nobody looks through years of chunks for the few
-- that have some (1,000 chunks, one value a week: 30 s a page), and how many values a day can have at
-- most, before they are read. Kept by the statement that writes the values; rows never change.
CREATE TABLE series_day (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  utc_day date NOT NULL,
  interval_seconds integer NOT NULL,
  -- Of the first value: a session of the past sees no day before it had one.
  created_at timestamptz NOT NULL,
  PRIMARY KEY (meter_id, production_format, channel, utc_day, interval_seconds)
);
INSERT INTO series_day (meter_id, production_format, channel, utc_day, interval_seconds, created_at)
SELECT meter_id, production_format, channel, (interval_start AT TIME ZONE 'UTC')::date,
  interval_seconds, min(created_at)
FROM interval_value
GROUP BY 1, 2, 3, 4, 5;

-- Of the day on which a meter changed project the values are asked: what it had elsewhere says
-- nothing about here. LIMIT 1: a probe a row, in the order of the index; a join would read every day of
-- a series for the few that are asked for.
CREATE VIEW granted.series_day AS
SELECT s.meter_id, s.production_format, s.channel, s.utc_day, s.interval_seconds, s.created_at
FROM public.series_day s
WHERE s.production_format = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND ((SELECT granted.every_project()) OR (
    SELECT true
    FROM granted.membership b
    WHERE b.meter_id = s.meter_id
      AND s.utc_day < b.ends_at AT TIME ZONE 'UTC' AND s.utc_day + 1 > b.starts_at AT TIME ZONE 'UTC'
      AND (s.utc_day >= b.starts_at AT TIME ZONE 'UTC' AND s.utc_day + 1 <= b.ends_at AT TIME ZONE 'UTC'
        OR granted.has_values(s.meter_id, s.production_format, s.channel,
          greatest(b.starts_at, s.utc_day::timestamp AT TIME ZONE 'UTC'),
          least(b.ends_at, (s.utc_day + 1)::timestamp AT TIME ZONE 'UTC')))
    LIMIT 1));

CREATE VIEW granted_as_of.series_day AS
SELECT s.meter_id, s.production_format, s.channel, s.utc_day, s.interval_seconds, s.created_at
FROM granted.series_day s WHERE s.created_at <= (SELECT granted_as_of.instant());

GRANT SELECT ON granted.series_day, granted_as_of.series_day TO gridfeed_reader;

-- Finds the one version of an interval that was current at an instant, of hundreds that an open
-- interval may have had.
DROP INDEX open_version_of;
CREATE INDEX open_version_of ON open_version
  (meter_id, production_format, channel, interval_start, replaced_at);

-- An instant that no transaction still to commit records anything at or before; what is recorded up
-- to it is visible to every later statement. Writers draw recorded_at after they have begun and have
-- an xid (hold_fence, recording_instant). now() comes first, so that who begins meanwhile is later.
-- A backend whose state this role may not see (the writers' role is another one, and the one that
-- migrated has not pg_read_all_stats) is taken to have begun an hour ago. plpgsql keeps plans, and the
-- view pg_stat_activity would join what is not asked for (0.9 ms, now 0.1 ms).
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
REVOKE ALL ON FUNCTION granted.settled_until() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION granted.settled_until() TO gridfeed_reader;

-- What a usage segment that changed after `listed_at` was then: its bounds, its newest change, whether
-- it was there at all; of one that was not, its start is where its first publication put it, whatever
-- came since. Of values (and register reads, which show in settlement segments) the version that was
-- current then says when they had changed. Its search path is the session's, so of the past it sees
-- the past. Not SQL: a query that names it is then not planned over every chunk for what is asked of
-- few segments. `step`: what starts are moved back to, counted from `opens`.
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
GRANT EXECUTE ON FUNCTION granted.segment_as_listed TO gridfeed_reader;
