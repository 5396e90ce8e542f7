-- What was read and what was published from it: raw samples, reads and forecasts; the values of
-- intervals with all their former ones; and what people changed by hand. Energies are integers of
-- 10^-6 kWh and powers of 10^-6 kW: exact, and wide enough for Avro decimal(18,6). Generation is
-- positive.

-- Raw telemetry: a compressed block for each meter, channel, interval and topic partition. A block
-- holds times, powers, qualities and Kafka offsets, in a format of its own.
CREATE TABLE sample_block (
  meter_id integer NOT NULL,
  channel channel NOT NULL,
  interval_start timestamptz NOT NULL,
  source_id integer NOT NULL,
  samples integer NOT NULL,
  through_offset bigint NOT NULL,
  -- Compressed already, so PostgreSQL need not try.
  block bytea STORAGE EXTERNAL NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (meter_id, channel, interval_start, source_id)
);

-- Every settlement version of every interval, current or not.
CREATE TABLE settlement_read (
  meter_id integer NOT NULL,
  channel channel NOT NULL,
  interval_start timestamptz NOT NULL,
  interval_seconds integer NOT NULL,
  settlement_version integer NOT NULL,
  energy_microkwh bigint NOT NULL,
  quality reading_quality NOT NULL,
  read_at timestamptz NOT NULL,
  source_id integer NOT NULL,
  kafka_offset bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (meter_id, channel, interval_start, settlement_version, read_at, energy_microkwh, quality)
);

-- Every vintage of every forecast interval.
CREATE TABLE forecast_vintage (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  interval_start timestamptz NOT NULL,
  interval_seconds integer NOT NULL,
  issued_at timestamptz NOT NULL,
  -- Whether it was issued before the gate of its product.
  in_time boolean NOT NULL,
  power_microkw bigint NOT NULL,
  p10_microkw bigint,
  p90_microkw bigint,
  model text,
  source_id integer NOT NULL,
  kafka_offset bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE NULLS NOT DISTINCT (meter_id, production_format, interval_start, issued_at,
    power_microkw, p10_microkw, p90_microkw, model)
);
-- Finds the current forecast of an interval.
CREATE INDEX forecast_vintage_of ON forecast_vintage
  (meter_id, production_format, interval_start, issued_at DESC);

-- What registers showed, verbatim: energies between reads are computed when somebody asks for them.
-- A read that comes again changes nothing, so the offset of its first message stands, and two
-- different reads of one instant keep their order.
CREATE TABLE register_read (
  meter_id integer NOT NULL,
  register text NOT NULL,
  digits integer NOT NULL CHECK (digits BETWEEN 1 AND 12),
  -- kWh of one unit, from this read on.
  multiplier numeric NOT NULL CHECK (multiplier > 0),
  value text NOT NULL,
  read_at timestamptz NOT NULL,
  source_id integer NOT NULL,
  kafka_offset bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  -- The transaction that wrote the read, as in change: usage segments show reads, so a question
  -- whether a segment changed has to see them arrive.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- Begins with the meter and the time, because reads are asked for by their span.
  UNIQUE (meter_id, read_at, register, digits, multiplier, value)
);
CREATE INDEX register_read_by_xid ON register_read (xid);
-- BRIN: reads are written in about the order in which they are recorded.
CREATE INDEX register_read_by_recording ON register_read USING brin (recorded_at);

-- The current value of every interval.
CREATE TABLE interval_value (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  interval_start timestamptz NOT NULL,
  interval_seconds integer NOT NULL,
  energy_microkwh bigint,
  mean_microkw bigint,
  peak_microkw bigint,
  p10_microkwh bigint,
  p90_microkwh bigint,
  quality reading_quality,
  samples integer,
  coverage_us bigint,
  longest_gap_us bigint,
  settlement_version integer,
  issued_at timestamptz,
  model text,
  -- NULL once the interval is final.
  finalize_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause change_cause,
  PRIMARY KEY (meter_id, production_format, channel, interval_start)
);
CREATE INDEX interval_value_open ON interval_value (finalize_at) WHERE finalize_at IS NOT NULL;
-- Finds what changed since a client last asked, and what was known of later days at an instant. It
-- costs next to nothing: late changes are mostly written together, and an update in place leaves it
-- as it is (PostgreSQL 16).
CREATE INDEX interval_value_by_age ON interval_value
  USING brin (recorded_at, created_at, interval_start)
  WITH (pages_per_range = 16, autosummarize = on);

-- Former values of final intervals: what a correction, a higher settlement version or a newer
-- vintage replaced. The columns are those of interval_value, and four about the replacement.
CREATE TABLE interval_version (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  interval_start timestamptz NOT NULL,
  interval_seconds integer NOT NULL,
  energy_microkwh bigint,
  mean_microkw bigint,
  peak_microkw bigint,
  p10_microkwh bigint,
  p90_microkwh bigint,
  quality reading_quality,
  samples integer,
  coverage_us bigint,
  longest_gap_us bigint,
  settlement_version integer,
  issued_at timestamptz,
  model text,
  finalize_at timestamptz,
  created_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  replaced_at timestamptz NOT NULL,
  -- Why this value was published, why the next one replaced it, and the energy of the next one
  -- minus this one's (NULL where either has none).
  cause change_cause,
  replaced_by change_cause,
  delta_microkwh bigint
);
CREATE INDEX interval_version_of ON interval_version
  (meter_id, production_format, channel, interval_start);

-- Former values of intervals that were still open, for `as_of`. There are as many as publications,
-- so they are dropped after GRIDFEED_OPEN_HISTORY_DAYS.
CREATE TABLE open_version (LIKE interval_version);
-- Finds the one version of an interval that was current at an instant, of hundreds.
CREATE INDEX open_version_of ON open_version
  (meter_id, production_format, channel, interval_start, replaced_at);
-- Finds those that are old enough to be dropped.
CREATE INDEX open_version_by_age ON open_version (replaced_at);

-- Which series have values, so that nobody has to look through years of intervals to find out.
CREATE TABLE series (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (meter_id, production_format, channel)
);

-- On which days (UTC) a series has values, so that nobody looks through years of chunks for the few
-- that have some (1,000 chunks, one value a week: 30 s a page), and how many values a day can have at
-- most, before they are read. The statement that writes the values keeps it; rows never change.
CREATE TABLE series_day (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  utc_day date NOT NULL,
  interval_seconds integer NOT NULL,
  -- When its first value was created: a session of the past sees no day before it had one.
  created_at timestamptz NOT NULL,
  PRIMARY KEY (meter_id, production_format, channel, utc_day, interval_seconds)
);

-- Who changed published values by hand or had them estimated, and why. Kept for ever.
CREATE TABLE edit (
  edit_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('estimate', 'edit', 'withdrawal')),
  who text NOT NULL CHECK (who <> ''),
  why text NOT NULL CHECK (why <> ''),
  recorded_at timestamptz NOT NULL,
  -- A withdrawal names the edit that it ended, whose intervals stay with that edit.
  withdraws integer REFERENCES edit,
  CHECK ((kind = 'withdrawal') = (withdraws IS NOT NULL))
);

-- The intervals of each edit and what they were set to. While a row is in force (ended_at NULL), its
-- value is published, and what the streams bring waits in streamed_value. An estimate ends when a
-- measured value comes; an edit ends when it is withdrawn or edited again.
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
