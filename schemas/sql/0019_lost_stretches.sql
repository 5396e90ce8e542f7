-- Which topic a row's offsets are of: one that is made again has another id. NULL where the broker
-- tells no ids. The newest message below next_offset, and when the broker appended it: the same
-- place in a log made again holds another message, or none.
ALTER TABLE ingest_source
  ADD COLUMN topic_id uuid,
  ADD COLUMN newest_offset bigint,
  ADD COLUMN newest_at timestamptz;

-- Offsets that left the log before a worker had handled them; written in the transaction that moves
-- next_offset past them. after_at, before_at: when the broker appended the last message handled
-- before the stretch, and the first one behind it; NULL while that is not known.
CREATE TABLE lost_stretch (
  lost_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id integer NOT NULL REFERENCES ingest_source,
  first_offset bigint NOT NULL,
  last_offset bigint NOT NULL CHECK (last_offset >= first_offset),
  noticed_at timestamptz NOT NULL,
  after_at timestamptz,
  before_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  note text
);
CREATE INDEX lost_stretch_of ON lost_stretch (source_id);
CREATE INDEX lost_stretch_open ON lost_stretch (lost_id) WHERE acknowledged_at IS NULL;

-- The time of a series that samples of a lost stretch may be of: after its newest sample before the
-- stretch, and before its first one behind it (NULL until that comes).
CREATE TABLE lost_series (
  lost_id integer NOT NULL REFERENCES lost_stretch,
  meter_id integer NOT NULL,
  channel channel NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz,
  PRIMARY KEY (lost_id, meter_id, channel)
);
CREATE INDEX lost_series_of ON lost_series (meter_id, channel);
