-- The message in hand of a subscription as it is sent, so that every attempt, of whichever process,
-- posts the same bytes. A row whose message_id is not that of the subscription is a former message.
CREATE TABLE webhook_message (
  webhook_id text PRIMARY KEY REFERENCES webhook ON DELETE CASCADE,
  message_id text NOT NULL,
  body bytea NOT NULL,
  -- How many changes it holds, and when the oldest of them was recorded; NULL when it tells a loss.
  changes integer NOT NULL,
  recorded_at timestamptz,
  -- What the client might see when it was cut.
  projects text[],
  production_formats text[]
);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_message TO gridfeed_pusher;
