-- Webhook subscriptions, where the cursor of each stands, and what was tried lately. The API writes
-- them as gridfeed_pusher, a role that may do this and nothing else.
CREATE TYPE webhook_state AS ENUM ('active', 'paused', 'disabled', 'ended');

CREATE TABLE webhook (
  webhook_id text PRIMARY KEY,
  client_id integer NOT NULL REFERENCES client,
  url text NOT NULL,
  -- NULL: all that the client may see.
  projects text[],
  meter_numbers text[],
  production_formats production_format[],
  kinds change_kind[],
  include_values boolean NOT NULL,
  -- Whether updates of an interval that is still open may come as one.
  coalesced boolean NOT NULL,
  state webhook_state NOT NULL DEFAULT 'active',
  -- Why it is disabled or ended.
  reason text,
  -- Everything up to here in the feed was delivered, or is not of this subscription.
  after_xid xid8 NOT NULL,
  after_seq bigint NOT NULL,
  -- The message in hand: cut before it is sent first, so that every attempt sends the same changes
  -- under the same id, also after a crash.
  message_id text,
  through_xid xid8,
  through_seq bigint,
  failures integer NOT NULL DEFAULT 0,
  failing_since timestamptz,
  next_attempt_at timestamptz NOT NULL,
  delivered_at timestamptz,
  attempts bigint NOT NULL DEFAULT 0,
  -- Which process has it in hand, and until when (the database's clock). No lock is held meanwhile:
  -- a transaction that stays open would hold up the feed for everybody.
  leased_by text,
  leased_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK ((message_id IS NULL) = (through_xid IS NULL)),
  CHECK ((through_xid IS NULL) = (through_seq IS NULL)),
  CHECK ((failures = 0) = (failing_since IS NULL))
) WITH (fillfactor = 50);  -- updated in place with every delivery
CREATE INDEX webhook_of_client ON webhook (client_id, created_at);

-- A former secret signs until expires_at, beside the newest, which never expires.
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

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridfeed_pusher') THEN
    CREATE ROLE gridfeed_pusher NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database's migration won
END $$;

-- Who may take the role already, because an administrator prepared it, cannot grant it.
DO $$
BEGIN
  IF NOT pg_has_role('gridfeed_pusher', 'SET') THEN
    EXECUTE format('GRANT gridfeed_pusher TO %I', current_user);
  END IF;
END $$;

-- What it may know of clients: what each may see now, never a token's hash.
CREATE SCHEMA pushing;
CREATE VIEW pushing.client AS
SELECT c.client_id, c.name, c.projects, c.production_formats::text[] AS production_formats
FROM public.client c WHERE c.revoked_at IS NULL;

GRANT USAGE ON SCHEMA pushing, public TO gridfeed_pusher;
GRANT SELECT ON pushing.client TO gridfeed_pusher;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook, webhook_secret, webhook_attempt TO gridfeed_pusher;
GRANT SELECT ON schema_migration TO gridfeed_pusher;
