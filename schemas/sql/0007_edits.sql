-- Who changed published values by hand or had them estimated, and why. Kept for ever.
CREATE TABLE edit (
  edit_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('estimate', 'edit', 'withdrawal')),
  who text NOT NULL CHECK (who <> ''),
  why text NOT NULL CHECK (why <> ''),
  recorded_at timestamptz NOT NULL,
  -- Of a withdrawal the edit that it ended; its intervals stay where they were.
  withdraws integer REFERENCES edit,
  CHECK ((kind = 'withdrawal') = (withdraws IS NOT NULL))
);

-- The intervals of each edit with what they were set to. While a row is in force (ended_at NULL) its
-- value is the published one, and what the streams bring waits in streamed_value. An estimate ends
-- when a measured value comes, an edit when it is withdrawn or edited again.
CREATE TABLE edited_interval (
  edit_id integer NOT NULL REFERENCES edit,
  meter_id integer NOT NULL REFERENCES meter,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  interval_start timestamptz NOT NULL,
  interval_seconds integer NOT NULL,
  energy_microkwh bigint,
  quality reading_quality,
  method text NOT NULL,
  inputs jsonb NOT NULL,
  ends_by_measurement boolean NOT NULL,
  recorded_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_by change_cause,
  PRIMARY KEY (meter_id, production_format, channel, interval_start, edit_id)
);
CREATE UNIQUE INDEX edited_interval_in_force ON edited_interval
  (meter_id, production_format, channel, interval_start) WHERE ended_at IS NULL;

-- What would be published if no edit were in force.
CREATE TABLE streamed_value (LIKE interval_value INCLUDING DEFAULTS,
  PRIMARY KEY (meter_id, production_format, channel, interval_start));
CREATE INDEX streamed_value_open ON streamed_value (finalize_at) WHERE finalize_at IS NOT NULL;

CREATE VIEW granted.edited_interval AS
SELECT i.edit_id, e.kind, e.who, e.why, i.meter_id, i.production_format, i.channel,
  i.interval_start, i.interval_seconds, i.energy_microkwh, i.quality, i.method, i.inputs,
  i.recorded_at, i.ended_at, i.ended_by
FROM public.edited_interval i
JOIN public.edit e USING (edit_id)
JOIN granted.membership b ON b.meter_id = i.meter_id
  AND i.interval_start >= b.starts_at AND i.interval_start < b.ends_at
WHERE i.production_format = ANY ((SELECT granted.production_formats())::public.production_format[]);

CREATE VIEW granted_as_of.edited_interval AS
SELECT i.edit_id, i.kind, i.who, i.why, i.meter_id, i.production_format, i.channel,
  i.interval_start, i.interval_seconds, i.energy_microkwh, i.quality, i.method, i.inputs,
  i.recorded_at,
  CASE WHEN i.ended_at <= (SELECT granted_as_of.instant()) THEN i.ended_at END AS ended_at,
  CASE WHEN i.ended_at <= (SELECT granted_as_of.instant()) THEN i.ended_by END AS ended_by
FROM granted.edited_interval i
WHERE i.recorded_at <= (SELECT granted_as_of.instant());

GRANT SELECT ON granted.edited_interval, granted_as_of.edited_interval TO gridfeed_reader;
