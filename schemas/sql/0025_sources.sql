-- Where the workers read: topic partitions, how far each was read, and the messages that were lost.

-- One row for each topic partition. next_offset decides where reading goes on; the consumer group's
-- committed offset only serves lag metrics. A worker writes values only in a transaction that updates
-- its source's row WHERE epoch is its own, so a former owner of the partition cannot write.
CREATE TABLE ingest_source (
  source_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stream text NOT NULL
    CHECK (stream IN ('telemetry', 'reads', 'forecasts', 'registers', 'edits')),
  topic text NOT NULL,
  kafka_partition integer NOT NULL,
  -- A topic that was deleted and created again starts a new generation, with offsets of its own.
  generation integer NOT NULL DEFAULT 1,
  next_offset bigint NOT NULL DEFAULT 0,
  -- The published values hold everything below this offset; it may be ahead of next_offset.
  published_offset bigint NOT NULL DEFAULT 0,
  epoch bigint NOT NULL DEFAULT 0,
  -- The position in this source's dead-letter partition. Letters that were sent just before a crash,
  -- about messages at or beyond next_offset, stand behind this position; they are not sent again.
  letters_offset bigint NOT NULL DEFAULT 0,
  -- Everything appended to the partition before this instant is published.
  synced_at timestamptz,
  -- The newest instant at which something of this partition was published. The next transaction
  -- records a later one, even if the server's clock was set back, and records all it writes at one
  -- instant: so `as_of` cuts between transactions.
  recorded_at timestamptz NOT NULL DEFAULT '-infinity',
  -- The topic's id, to notice a topic that was created again; NULL where the broker tells no ids.
  topic_id uuid,
  -- The newest message below next_offset, and when the broker appended it: a log that was made again
  -- has another message at this offset, or none.
  newest_offset bigint,
  newest_at timestamptz,
  UNIQUE (topic, kafka_partition, generation)
);

-- The partitions a meter's messages came from; more than one when producers partition differently.
CREATE TABLE meter_source (
  meter_id integer NOT NULL,
  source_id integer NOT NULL,
  PRIMARY KEY (meter_id, source_id)
);
CREATE INDEX meter_source_by_source ON meter_source (source_id);

-- Offsets that left the log before a worker had handled them. A row is written in the transaction
-- that moves next_offset past the stretch.
CREATE TABLE lost_stretch (
  lost_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id integer NOT NULL REFERENCES ingest_source,
  first_offset bigint NOT NULL,
  last_offset bigint NOT NULL CHECK (last_offset >= first_offset),
  noticed_at timestamptz NOT NULL,
  -- When the broker appended the last message handled before the stretch, and the first message
  -- behind it; NULL while that is not known.
  after_at timestamptz,
  before_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  note text
);
CREATE INDEX lost_stretch_of ON lost_stretch (source_id);
CREATE INDEX lost_stretch_open ON lost_stretch (lost_id) WHERE acknowledged_at IS NULL;

-- Between which samples of a series the lost ones may lie: after the newest sample before the
-- stretch (starts_at) and before the first one behind it (ends_at, NULL until that comes).
CREATE TABLE lost_series (
  lost_id integer NOT NULL REFERENCES lost_stretch,
  meter_id integer NOT NULL,
  channel channel NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz,
  PRIMARY KEY (lost_id, meter_id, channel)
);
CREATE INDEX lost_series_of ON lost_series (meter_id, channel);

-- The same times, but never shorter than the broker took to append the stretch: a series that goes
-- on at once may have lost samples for that long.
CREATE VIEW lost_time AS
SELECT t.meter_id, t.channel, t.starts_at,
  CASE WHEN t.ends_at IS NOT NULL
    THEN greatest(t.ends_at, t.starts_at + (l.before_at - l.after_at)) END AS ends_at
FROM lost_series t
JOIN lost_stretch l USING (lost_id);
