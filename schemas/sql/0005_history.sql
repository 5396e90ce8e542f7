-- Why a value was published. late_samples to vintage, and measured, only replace final values.
CREATE TYPE change_cause AS ENUM ('first', 'samples', 'late_samples', 'settlement_version', 'reread',
  'vintage', 'estimate', 'edit', 'withdrawn', 'measured');

-- The newest instant at which something of this partition was published: the next transaction's is
-- later, whatever the server's clock does. One instant a transaction, so that `as_of` cuts between
-- transactions.
ALTER TABLE ingest_source ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE ingest_source DROP CONSTRAINT ingest_source_stream_check;
ALTER TABLE ingest_source ADD CONSTRAINT ingest_source_stream_check
  CHECK (stream IN ('telemetry', 'reads', 'forecasts', 'registers', 'edits'));

ALTER TABLE interval_value ADD COLUMN cause change_cause;
-- What replaced a former value: its cause, and new energy minus old (NULL where either has none).
ALTER TABLE interval_version
  ADD COLUMN cause change_cause,
  ADD COLUMN replaced_by change_cause,
  ADD COLUMN delta_microkwh bigint;
-- Values of intervals that were still open when the next one replaced them, for as_of. There are as
-- many as publications, so they are dropped after GRIDFEED_OPEN_HISTORY_DAYS.
CREATE TABLE open_version (LIKE interval_version);
CREATE INDEX open_version_of ON open_version
  (meter_id, production_format, channel, interval_start);
-- Old ones are found by age.
CREATE INDEX open_version_by_age ON open_version (replaced_at);

ALTER TABLE change
  ADD COLUMN cause change_cause,
  ADD COLUMN delta_microkwh bigint;

-- Which series have values, so that nobody has to look through years of intervals to find out.
CREATE TABLE series (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (meter_id, production_format, channel)
);
INSERT INTO series (meter_id, production_format, channel, created_at)
SELECT meter_id, production_format, channel, min(created_at) FROM interval_value GROUP BY 1, 2, 3;

-- Gates: a day-ahead forecast counts when issued no later than this local time on the day before,
-- NULL: before the local day begins; an hour-ahead one this long before its interval, NULL: before
-- its interval. Coordinates and technology serve the daylight check.
ALTER TABLE project
  ADD COLUMN day_ahead_gate time,
  ADD COLUMN hour_ahead_lead_minutes integer CHECK (hour_ahead_lead_minutes BETWEEN 0 AND 1440),
  ADD COLUMN settlement_market text,
  ADD COLUMN technology text CHECK (technology IN ('solar', 'wind', 'hydro', 'storage', 'other')),
  ADD COLUMN latitude numeric CHECK (latitude BETWEEN -90 AND 90),
  ADD COLUMN longitude numeric CHECK (longitude BETWEEN -180 AND 180);
-- The most that a plant draws when it does not produce; the low limit of validation.
ALTER TABLE meter ADD COLUMN station_load_kw numeric CHECK (station_load_kw >= 0);

-- Settlement runs as the project's market names them: a read's settlement_version is its run's rank.
CREATE TABLE settlement_run (
  cds_productionproject_id text NOT NULL REFERENCES project,
  settlement_version integer NOT NULL CHECK (settlement_version >= 0),
  code text NOT NULL CHECK (code ~ '^\S+$'),
  PRIMARY KEY (cds_productionproject_id, settlement_version),
  UNIQUE (cds_productionproject_id, code)
);

-- The exact share of the energy that is under contract, numerator / denominator, in [starts_at,
-- ends_at). Nothing is contracted outside.
CREATE TABLE contract_share (
  cds_productionproject_id text NOT NULL REFERENCES project,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  numerator bigint NOT NULL CHECK (numerator > 0),
  denominator bigint NOT NULL CHECK (denominator >= numerator),
  PRIMARY KEY (cds_productionproject_id, starts_at),
  CHECK (ends_at > starts_at)
);
INSERT INTO contract_share
SELECT cds_productionproject_id, coalesce(contract_start, '-infinity'),
  coalesce(contract_end, 'infinity'),
  (trim(trailing '%' FROM contract_rule)::numeric
    * power(10::numeric, scale(trim(trailing '%' FROM contract_rule)::numeric)))::bigint,
  (100 * power(10::numeric, scale(trim(trailing '%' FROM contract_rule)::numeric)))::bigint
FROM project
WHERE contract_rule IS NOT NULL;

-- Whose a meter's intervals are: those that start in [starts_at, ends_at) belong to the project.
-- meter.cds_productionproject_id is the newest one, whose rules the streams follow.
CREATE TABLE membership (
  meter_id integer NOT NULL REFERENCES meter,
  cds_productionproject_id text NOT NULL REFERENCES project,
  starts_at timestamptz NOT NULL DEFAULT '-infinity',
  ends_at timestamptz NOT NULL DEFAULT 'infinity',
  PRIMARY KEY (meter_id, starts_at),
  CHECK (ends_at > starts_at)
);
CREATE INDEX membership_of_project ON membership (cds_productionproject_id);
INSERT INTO membership (meter_id, cds_productionproject_id)
SELECT meter_id, cds_productionproject_id FROM meter;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    RETURN;
  END IF;
  -- Chunks of a day, so that old ones are dropped and not deleted row by row.
  PERFORM create_hypertable('open_version', 'replaced_at', chunk_time_interval => interval '1 day');
END $$;
