-- What an API request may see. The API connects as gridfeed_reader with search_path = granted: the
-- role can read these views and nothing else, so no query can forget the grant. A request sets
-- gridfeed.projects and gridfeed.production_formats (array literals; '*' = all) first; unset, the
-- views are empty.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridfeed_reader') THEN
    CREATE ROLE gridfeed_reader NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database's migration won
END $$;

-- Who may take the role already, because an administrator prepared it, cannot grant it.
DO $$
BEGIN
  IF NOT pg_has_role('gridfeed_reader', 'SET') THEN
    EXECUTE format('GRANT gridfeed_reader TO %I', current_user);
  END IF;
END $$;

CREATE SCHEMA granted;

-- The two settings of a request as values. STABLE and called in sub-selects, so that a query reads
-- them once and not once a row (288 rows of an index scan: 0.5 ms less).
CREATE FUNCTION granted.every_project() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('gridfeed.projects', true) = '*', false) $$;

CREATE FUNCTION granted.projects() RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT nullif(nullif(current_setting('gridfeed.projects', true), '*'), '')::text[] $$;

CREATE FUNCTION granted.production_formats() RETURNS public.production_format[]
LANGUAGE sql STABLE AS $$
  SELECT CASE current_setting('gridfeed.production_formats', true)
    WHEN '*' THEN enum_range(NULL::public.production_format)
    WHEN '' THEN NULL
    ELSE current_setting('gridfeed.production_formats', true)::public.production_format[]
  END
$$;

CREATE VIEW granted.project AS
SELECT p.* FROM public.project p
WHERE (SELECT granted.every_project())
   OR p.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

CREATE VIEW granted.meter AS
SELECT m.* FROM public.meter m JOIN granted.project p USING (cds_productionproject_id);

CREATE VIEW granted.interval_value AS
SELECT v.* FROM public.interval_value v JOIN granted.meter m USING (meter_id)
WHERE v.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.interval_version AS
SELECT v.* FROM public.interval_version v JOIN granted.meter m USING (meter_id)
WHERE v.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.change AS
SELECT c.* FROM public.change c JOIN granted.meter m USING (meter_id)
WHERE c.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted.sample_block AS
SELECT b.* FROM public.sample_block b JOIN granted.meter m USING (meter_id)
WHERE 'scada' = ANY ((SELECT granted.production_formats())::public.production_format[]);

-- Of a partition that was created again only the present generation: the old one's watermark
-- stands still for ever.
CREATE VIEW granted.ingest_source AS
SELECT s.source_id, s.stream, s.synced_at FROM public.ingest_source s
WHERE s.generation = (
  SELECT max(n.generation) FROM public.ingest_source n
  WHERE n.topic = s.topic AND n.kafka_partition = s.kafka_partition
);

CREATE VIEW granted.meter_source AS
SELECT ms.* FROM public.meter_source ms JOIN granted.meter m USING (meter_id);

-- Which series have values at all: one index probe a meter, format and channel. LIMIT keeps the
-- planner from turning the probes into one read of the whole table.
CREATE VIEW granted.series AS
SELECT m.meter_id, m.cds_productionproject_id, f.production_format, c.channel
FROM granted.meter m
CROSS JOIN unnest((SELECT granted.production_formats())) AS f (production_format)
CROSS JOIN unnest(enum_range(NULL::public.channel)) AS c (channel)
CROSS JOIN LATERAL (
  SELECT FROM public.interval_value v
  WHERE v.meter_id = m.meter_id AND v.production_format = f.production_format
    AND v.channel = c.channel
  LIMIT 1
) AS some_value;

-- What a project offers, by its visible meters' series: NET or GROSS with STATION_LOAD is net
-- metering; a contract's share is published of measured energy only.
CREATE VIEW granted.offering AS
SELECT s.cds_productionproject_id,
  array_agg(DISTINCT s.production_format::text) AS production_formats,
  array_remove(ARRAY[
    CASE WHEN bool_or(s.measured AND p.contract_rule IS NOT NULL AND (s.gross OR s.net))
      THEN 'contracted' END,
    CASE WHEN bool_or(s.net) THEN 'net_metering' END,
    CASE WHEN bool_or(s.gross) THEN 'total_gross' END], NULL) AS reading_validities
FROM (
  SELECT r.cds_productionproject_id, r.production_format,
    r.production_format IN ('scada', 'settlement') AS measured,
    bool_or(r.channel = 'GROSS') AS gross,
    bool_or(r.channel = 'NET')
      OR bool_or(r.channel = 'GROSS') AND bool_or(r.channel = 'STATION_LOAD') AS net
  FROM granted.series r
  GROUP BY r.cds_productionproject_id, r.meter_id, r.production_format
) AS s
JOIN granted.project p USING (cds_productionproject_id)
GROUP BY s.cds_productionproject_id;

-- For /readyz: a reader has to know that the schema is the one it was written for.
CREATE VIEW granted.schema_migration AS SELECT s.number, s.name FROM public.schema_migration s;

-- A token to its grant; the only way the API learns about clients. No row: unknown or revoked.
CREATE FUNCTION granted.authenticate(token_sha256 bytea)
RETURNS TABLE (client_id integer, name text, projects text[], production_formats text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT c.client_id, c.name, c.projects, c.production_formats::text[]
  FROM client c WHERE c.token_sha256 = authenticate.token_sha256 AND c.revoked_at IS NULL
$$;

-- The calendars in use, whoever's: names of time zones, known before the grant is set.
CREATE FUNCTION granted.timezones() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT coalesce(array_agg(DISTINCT p.timezone), '{}') FROM project p $$;

-- Where the feed may be read to: never past a transaction still in flight.
CREATE FUNCTION granted.oldest_in_flight() RETURNS xid8
LANGUAGE sql STABLE AS $$ SELECT pg_snapshot_xmin(pg_current_snapshot()) $$;

GRANT USAGE ON SCHEMA granted, public TO gridfeed_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA granted TO gridfeed_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA granted TO gridfeed_reader;
