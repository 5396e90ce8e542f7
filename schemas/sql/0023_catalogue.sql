-- The catalogue: projects, their meters and the rules of both, as `gridfeed projects apply` declares
-- them, and the clients of the API. The set of files begins with 0023, because a schema's version is
-- its highest number: the numbers before belonged to former files that had the same outcome
-- (docs/upgrading.md).

-- Words of the contract. Enumerations, so that a misspelled word cannot be stored.
CREATE TYPE channel AS ENUM ('GROSS', 'STATION_LOAD', 'NET');
CREATE TYPE production_format AS ENUM
  ('scada', 'settlement', 'forecast_day_ahead', 'forecast_hour_ahead');
CREATE TYPE reading_quality AS ENUM
  ('raw', 'manual', 'valid', 'revenue', 'estimated', 'calculated', 'corrected');
CREATE TYPE change_kind AS ENUM ('CREATED', 'UPDATED', 'CORRECTED', 'FINALIZED');
-- Why a value was published. `late_samples` to `vintage`, and `measured`, only replace final values.
CREATE TYPE change_cause AS ENUM ('first', 'samples', 'late_samples', 'settlement_version', 'reread',
  'vintage', 'estimate', 'edit', 'withdrawn', 'measured');

-- modified_at moves only when a declared field changes; synced_at moves with every apply, because
-- the content was confirmed then (CDS-WG3-01 10.x.1). Both mean the same in all declared tables.
CREATE TABLE project (
  cds_productionproject_id text PRIMARY KEY CHECK (cds_productionproject_id ~ '^\S+$'),
  tenant text NOT NULL,
  name text NOT NULL,
  timezone text NOT NULL,
  interval_seconds integer NOT NULL CHECK (interval_seconds BETWEEN 1 AND 86400),
  -- Base intervals start at the epoch plus a multiple of interval_seconds plus this: local
  -- midnight is then always a boundary, also at offsets of half and quarter hours.
  interval_anchor_seconds integer NOT NULL,
  units text NOT NULL CHECK (units IN ('Wh', 'kWh', 'MWh')),
  contract_type text,
  contract_rule text,
  contract_start timestamptz,
  contract_end timestamptz,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- A day-ahead forecast counts when it was issued no later than this local time on the day before;
  -- NULL: before the local day begins.
  day_ahead_gate time,
  -- An hour-ahead forecast counts when it was issued so long before its interval; NULL: before it.
  hour_ahead_lead_minutes integer CHECK (hour_ahead_lead_minutes BETWEEN 0 AND 1440),
  settlement_market text,
  -- Technology and coordinates serve the daylight check.
  technology text CHECK (technology IN ('solar', 'wind', 'hydro', 'storage', 'other')),
  latitude numeric CHECK (latitude BETWEEN -90 AND 90),
  longitude numeric CHECK (longitude BETWEEN -180 AND 180),
  CHECK (contract_end IS NULL OR contract_end > contract_start)
);

CREATE TABLE meter (
  meter_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  meter_number text NOT NULL UNIQUE CHECK (meter_number ~ '^\S+$'),
  cds_meterdevice_id text NOT NULL GENERATED ALWAYS AS ('md-' || meter_number) STORED,
  -- The newest project of the meter, whose rules the streams follow. Which project an interval
  -- belongs to, membership says.
  cds_productionproject_id text NOT NULL REFERENCES project,
  capacity_kw numeric NOT NULL CHECK (capacity_kw > 0),
  integration text NOT NULL CHECK (integration IN ('step', 'linear')),
  hold_limit_seconds integer NOT NULL CHECK (hold_limit_seconds BETWEEN 1 AND 86400),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The most that a plant draws when it does not produce; the low limit of validation.
  station_load_kw numeric CHECK (station_load_kw >= 0)
);
CREATE INDEX meter_of_project ON meter (cds_productionproject_id);

-- The project of a meter's intervals: those that start in [starts_at, ends_at).
CREATE TABLE membership (
  meter_id integer NOT NULL REFERENCES meter,
  cds_productionproject_id text NOT NULL REFERENCES project,
  starts_at timestamptz NOT NULL DEFAULT '-infinity',
  ends_at timestamptz NOT NULL DEFAULT 'infinity',
  PRIMARY KEY (meter_id, starts_at),
  CHECK (ends_at > starts_at)
);
CREATE INDEX membership_of_project ON membership (cds_productionproject_id);

-- The exact share of the energy that is under contract in [starts_at, ends_at): numerator /
-- denominator. Nothing is under contract at other times.
CREATE TABLE contract_share (
  cds_productionproject_id text NOT NULL REFERENCES project,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  numerator bigint NOT NULL CHECK (numerator > 0),
  denominator bigint NOT NULL CHECK (denominator >= numerator),
  PRIMARY KEY (cds_productionproject_id, starts_at),
  CHECK (ends_at > starts_at)
);

-- Settlement runs as the project's market names them: a read's settlement_version is its run's rank.
CREATE TABLE settlement_run (
  cds_productionproject_id text NOT NULL REFERENCES project,
  settlement_version integer NOT NULL CHECK (settlement_version >= 0),
  code text NOT NULL CHECK (code ~ '^\S+$'),
  PRIMARY KEY (cds_productionproject_id, settlement_version),
  UNIQUE (cds_productionproject_id, code)
);

-- Moves whenever the catalogue changes, so that workers know when to read it again.
CREATE TABLE catalogue_version (version bigint NOT NULL);
INSERT INTO catalogue_version VALUES (1);

-- Clients of the API. Only the SHA-256 of a token is kept. NULL in projects or production_formats
-- means all of them.
CREATE TABLE client (
  client_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  token_sha256 bytea NOT NULL UNIQUE,
  projects text[],
  production_formats production_format[],
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  revoked_at timestamptz,
  -- Whether the client may see the fields that the specification marks OPTIONAL (7.2).
  details boolean NOT NULL DEFAULT true
);
