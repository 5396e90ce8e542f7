-- Words of the contract. Enumerations, so that a misspelled word cannot be stored.
CREATE TYPE channel AS ENUM ('GROSS', 'STATION_LOAD', 'NET');
CREATE TYPE production_format AS ENUM
  ('scada', 'settlement', 'forecast_day_ahead', 'forecast_hour_ahead');
CREATE TYPE reading_quality AS ENUM
  ('raw', 'manual', 'valid', 'revenue', 'estimated', 'calculated', 'corrected');
CREATE TYPE change_kind AS ENUM ('CREATED', 'UPDATED', 'CORRECTED', 'FINALIZED');

-- What `gridfeed projects apply` declares. modified_at moves only when a declared field changes;
-- synced_at at every apply, because then the content was confirmed (CDS-WG3-01 10.x.1).
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
  CHECK (contract_end IS NULL OR contract_end > contract_start)
);

CREATE TABLE meter (
  meter_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  meter_number text NOT NULL UNIQUE CHECK (meter_number ~ '^\S+$'),
  cds_meterdevice_id text NOT NULL GENERATED ALWAYS AS ('md-' || meter_number) STORED,
  cds_productionproject_id text NOT NULL REFERENCES project,
  capacity_kw numeric NOT NULL CHECK (capacity_kw > 0),
  integration text NOT NULL CHECK (integration IN ('step', 'linear')),
  hold_limit_seconds integer NOT NULL CHECK (hold_limit_seconds BETWEEN 1 AND 86400),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX meter_of_project ON meter (cds_productionproject_id);

-- Moves whenever the catalogue changes, so that workers know when to read it again.
CREATE TABLE catalogue_version (version bigint NOT NULL);
INSERT INTO catalogue_version VALUES (1);

-- API clients. Only the SHA-256 of a token is kept. NULL in projects or production_formats: all.
CREATE TABLE client (
  client_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  token_sha256 bytea NOT NULL UNIQUE,
  projects text[],
  production_formats production_format[],
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  revoked_at timestamptz
);
