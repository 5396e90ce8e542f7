-- Where reading goes on, one row per topic partition. next_offset is the truth; the consumer
-- group's committed offset is only for lag metrics. epoch fences a former owner: every write of a
-- worker updates its row WHERE epoch = its own, in the transaction that holds the data.
CREATE TABLE ingest_source (
  source_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream text NOT NULL CHECK (stream IN ('telemetry', 'reads', 'forecasts')),
  topic text NOT NULL,
  kafka_partition integer NOT NULL,
  -- A topic that was deleted and created again starts a new generation, with offsets of its own.
  generation integer NOT NULL DEFAULT 1,
  next_offset bigint NOT NULL DEFAULT 0,
  -- Values that hold everything below this offset were published, maybe ahead of next_offset.
  published_offset bigint NOT NULL DEFAULT 0,
  epoch bigint NOT NULL DEFAULT 0,
  -- Position in the dead-letter partition of this source: letters of messages at or beyond
  -- next_offset, sent before a crash, stand behind it and are not sent again.
  letters_offset bigint NOT NULL DEFAULT 0,
  -- Everything appended to the partition before this instant is published.
  synced_at timestamptz,
  UNIQUE (topic, kafka_partition, generation)
);

-- The partitions a meter's messages came from; more than one when producers partition differently.
CREATE TABLE meter_source (
  meter_id integer NOT NULL,
  source_id integer NOT NULL,
  PRIMARY KEY (meter_id, source_id)
);
CREATE INDEX meter_source_by_source ON meter_source (source_id);

-- Raw telemetry, one compressed block per meter x channel x interval and topic partition.
-- The block is a format of `gridfeed.domain.telemetry.block`: times, power, qualities, Kafka offsets.
CREATE TABLE sample_block (
  meter_id integer NOT NULL,
  channel channel NOT NULL,
  interval_start timestamptz NOT NULL,
  source_id integer NOT NULL,
  samples integer NOT NULL,
  through_offset bigint NOT NULL,
  block bytea NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (meter_id, channel, interval_start, source_id)
);
ALTER TABLE sample_block ALTER COLUMN block SET STORAGE EXTERNAL;

-- The current value of every interval. Energies are integers of 10^-6 kWh and powers of 10^-6 kW:
-- exact, and wide enough for Avro decimal(18,6). Generation is positive.
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
  PRIMARY KEY (meter_id, production_format, channel, interval_start)
);
CREATE INDEX interval_value_open ON interval_value (finalize_at) WHERE finalize_at IS NOT NULL;

-- Former values: what a correction, a higher settlement version or a newer vintage replaced.
CREATE TABLE interval_version (
  LIKE interval_value,
  replaced_at timestamptz NOT NULL
);
CREATE INDEX interval_version_of ON interval_version
  (meter_id, production_format, channel, interval_start);

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

-- Every vintage of every forecast interval. in_time says whether it respects the product's gate.
CREATE TABLE forecast_vintage (
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  interval_start timestamptz NOT NULL,
  interval_seconds integer NOT NULL,
  issued_at timestamptz NOT NULL,
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

-- The change feed, written in the transaction that writes the values. Readers order by (xid, seq)
-- and stay below pg_snapshot_xmin(pg_current_snapshot()), so a transaction still in flight can
-- never be passed.
CREATE TABLE change (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind change_kind NOT NULL,
  meter_id integer NOT NULL,
  production_format production_format NOT NULL,
  channel channel NOT NULL,
  interval_from timestamptz NOT NULL,
  interval_to timestamptz NOT NULL,
  interval_seconds integer NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX change_in_order ON change (xid, seq);

-- Finding the current forecast or read of an interval.
CREATE INDEX forecast_vintage_of ON forecast_vintage (meter_id, production_format, interval_start, issued_at DESC);
