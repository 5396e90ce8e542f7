-- The change feed, and the two that are told of it without asking: Kafka's topic of changes and
-- webhooks.

-- One row for each published change, written in the transaction that writes the values. Readers order
-- by (xid, seq) and stay below pg_snapshot_xmin(pg_current_snapshot()), so they can never pass a
-- transaction that is still in flight.
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
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause change_cause,
  -- New energy minus old; NULL where either value has none.
  delta_microkwh bigint,
  -- When the newest reading behind the change was observed (samples), read (settlement) or issued
  -- (forecasts), and when the broker appended the newest message behind it. NULL where no message is
  -- behind the change: an interval that became final, an edit, an estimate.
  observed_at timestamptz,
  ingested_at timestamptz
);
CREATE INDEX change_in_order ON change (xid, seq);

-- The feed as it was written, for readers that see everything or narrow it themselves. granted.feed
-- is the same view for the API's role.
CREATE VIEW feed AS
SELECT c.xid, c.seq, c.kind, c.meter_id, c.production_format, c.channel, c.interval_from,
  c.interval_to, c.interval_seconds, c.recorded_at, c.cause, c.delta_microkwh, c.observed_at,
  c.ingested_at
FROM change c;

-- How far the feed was trimmed: every row at or before this position is gone or about to go, every
-- row behind it is kept. It moves before rows are removed, in a transaction of its own, so a reader
-- of both in one statement never takes a removed row for one that never was.
CREATE TABLE feed_floor (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid xid8 NOT NULL,
  seq bigint NOT NULL
);
INSERT INTO feed_floor (xid, seq) VALUES ('0', 0);

-- How far the feed was written into the topic segments.changes; it moves only after Kafka has
-- acknowledged.
CREATE TABLE changes_out (
  topic text PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT '0',
  seq bigint NOT NULL DEFAULT 0,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TYPE webhook_state AS ENUM ('active', 'paused', 'disabled', 'ended');

-- Webhook subscriptions, and the position in the feed of each.
CREATE TABLE webhook (
  webhook_id text PRIMARY KEY,
  client_id integer NOT NULL REFERENCES client,
  url text NOT NULL,
  -- NULL in one of these four: all that the client may see.
  projects text[],
  meter_numbers text[],
  production_formats production_format[],
  kinds change_kind[],
  include_values boolean NOT NULL,
  -- Whether several updates of an interval that is still open may come as one.
  coalesced boolean NOT NULL,
  state webhook_state NOT NULL DEFAULT 'active',
  -- Why it is disabled or ended.
  reason text,
  -- Everything up to here in the feed was delivered, or does not concern this subscription.
  after_xid xid8 NOT NULL,
  after_seq bigint NOT NULL,
  -- The message in hand and its end in the feed, decided before it is sent for the first time: every
  -- attempt sends the same changes under the same id, also after a crash.
  message_id text,
  through_xid xid8,
  through_seq bigint,
  failures integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  next_attempt_at timestamptz NOT NULL,
  delivered_at timestamptz,
  attempts bigint NOT NULL DEFAULT 0,
  -- Which process works on it, and until when (the database's clock). No lock is held meanwhile: a
  -- transaction that stays open would hold up the feed for everybody.
  leased_by text,
  leased_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((message_id IS NULL) = (through_xid IS NULL)),
  CHECK ((through_xid IS NULL) = (through_seq IS NULL)),
  CHECK ((failures = 0) = (failing_since IS NULL))
) WITH (fillfactor = 50);  -- updated in place with every delivery
CREATE INDEX webhook_of_client ON webhook (client_id, created_at);

-- The message in hand as it is sent, so that every attempt posts the same bytes, whichever process
-- makes it. A row whose message_id is not the subscription's is a former message.
CREATE TABLE webhook_message (
  webhook_id text PRIMARY KEY REFERENCES webhook ON DELETE CASCADE,
  message_id text NOT NULL,
  body bytea NOT NULL,
  -- How many changes it holds, and when the oldest of them was recorded; NULL when it tells a loss.
  changes integer NOT NULL,
  recorded_at timestamptz,
  -- What the client was allowed to see when the message was made.
  projects text[],
  production_formats text[]
);

-- Secrets that sign messages: the newest one, which never expires, and former ones until expires_at.
CREATE TABLE webhook_secret (
  secret_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id text NOT NULL REFERENCES webhook ON DELETE CASCADE,
  secret bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE INDEX webhook_secret_of ON webhook_secret (webhook_id);
CREATE UNIQUE INDEX webhook_secret_in_force ON webhook_secret (webhook_id) WHERE expires_at IS NULL;

-- The newest attempts of each subscription, numbered; older ones are deleted as new ones come.
CREATE TABLE webhook_attempt (
  webhook_id text NOT NULL REFERENCES webhook ON DELETE CASCADE,
  number bigint NOT NULL,
  message_id text NOT NULL,
  message_type text NOT NULL,
  changes integer NOT NULL,
  attempted_at timestamptz NOT NULL,
  duration_us bigint NOT NULL,
  result text NOT NULL,
  status integer,
  error text,
  PRIMARY KEY (webhook_id, number)
);

-- The API writes subscriptions as gridfeed_pusher, a role that may do this and nothing else.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridfeed_pusher') THEN
    CREATE ROLE gridfeed_pusher NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database's migration won
END $$;

-- Where an administrator prepared the role, the one that migrates may have it but not grant it.
DO $$
BEGIN
  IF NOT pg_has_role('gridfeed_pusher', 'SET') THEN
    EXECUTE format('GRANT gridfeed_pusher TO %I', current_user);
  END IF;
END $$;

-- All that the role may know of clients: what each may see now, never a token's hash.
CREATE SCHEMA pushing;
CREATE VIEW pushing.client AS
SELECT c.client_id, c.name, c.projects, c.production_formats::text[] AS production_formats
FROM public.client c WHERE c.revoked_at IS NULL;

GRANT USAGE ON SCHEMA pushing, public TO gridfeed_pusher;
GRANT SELECT ON pushing.client TO gridfeed_pusher;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON webhook, webhook_secret, webhook_attempt, webhook_message TO gridfeed_pusher;
-- A process compares the schema's version with its own before it sends.
GRANT SELECT ON schema_migration TO gridfeed_pusher;
