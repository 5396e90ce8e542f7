-- Customer data: accounts, contracts, service points, aggregations and certificates (CDS-WG3-01 10.1,
-- 10.2, 10.3, 10.7 and 10.9), as `gridfeed projects apply` declares them. jsonb holds lists in the
-- shape in which they are published.

-- An account is an independent power producer; each tenant has one.
CREATE TABLE account (
  cds_account_id text PRIMARY KEY CHECK (cds_account_id ~ '^\S+$'),
  tenant text NOT NULL UNIQUE,
  customer_number text,
  account_number text NOT NULL,
  account_name text NOT NULL,
  account_address text NOT NULL,
  account_types text[] NOT NULL CHECK (cardinality(account_types) > 0),
  account_status text NOT NULL
    CHECK (account_status IN ('active', 'suspended', 'closed', 'unknown')),
  account_entity jsonb,
  account_contacts jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A project's present contract and its former ones; no two at the same time.
CREATE TABLE service_contract (
  cds_servicecontract_id text PRIMARY KEY CHECK (cds_servicecontract_id ~ '^\S+$'),
  cds_account_id text NOT NULL REFERENCES account,
  cds_productionproject_id text NOT NULL REFERENCES project,
  contract_number text,
  contract_address text NOT NULL,
  contract_types text[] NOT NULL CHECK (cardinality(contract_types) > 0),
  contract_entity jsonb,
  -- NULL: active until ends_at, closed from then on.
  contract_status text
    CHECK (contract_status IN ('active', 'paused', 'stopped', 'closed', 'unknown')),
  -- The project's local dates of [starts_at, ends_at).
  contract_start date,
  contract_end date,
  starts_at timestamptz NOT NULL DEFAULT '-infinity',
  ends_at timestamptz NOT NULL DEFAULT 'infinity',
  service_types text[] NOT NULL CHECK (cardinality(service_types) > 0),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (ends_at > starts_at)
);
CREATE INDEX service_contract_of_project ON service_contract (cds_productionproject_id);
CREATE INDEX service_contract_of_account ON service_contract (cds_account_id);

CREATE TABLE service_point (
  servicepoint_number text NOT NULL CHECK (servicepoint_number ~ '^\S+$'),
  cds_servicepoint_id text PRIMARY KEY
    GENERATED ALWAYS AS ('sp-' || servicepoint_number) STORED,
  tenant text NOT NULL,
  servicepoint_types text[] NOT NULL CHECK (cardinality(servicepoint_types) > 0),
  servicepoint_address text,
  latitude numeric CHECK (latitude BETWEEN -90 AND 90),
  longitude numeric CHECK (longitude BETWEEN -180 AND 180),
  premises jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The service point of a meter in [starts_at, ends_at).
CREATE TABLE installation (
  meter_id integer NOT NULL REFERENCES meter,
  cds_servicepoint_id text NOT NULL REFERENCES service_point,
  starts_at timestamptz NOT NULL DEFAULT '-infinity',
  ends_at timestamptz NOT NULL DEFAULT 'infinity',
  PRIMARY KEY (meter_id, starts_at),
  CHECK (ends_at > starts_at)
);
CREATE INDEX installation_at_point ON installation (cds_servicepoint_id);

-- A sum over its members: accounts, contracts, service points, meters or other aggregations.
CREATE TABLE aggregation (
  cds_aggregation_id text PRIMARY KEY CHECK (cds_aggregation_id ~ '^\S+$'),
  tenant text NOT NULL,
  aggregation_number text,
  aggregation_types text[] NOT NULL CHECK (cardinality(aggregation_types) > 0),
  countries text[],
  provinces text[],
  municipalities text[],
  grouped_addresses text[] NOT NULL,
  grouped_regions jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Each row names one member, in the column of its kind.
CREATE TABLE aggregation_member (
  cds_aggregation_id text NOT NULL REFERENCES aggregation ON DELETE CASCADE,
  cds_account_id text REFERENCES account ON DELETE CASCADE,
  cds_servicecontract_id text REFERENCES service_contract ON DELETE CASCADE,
  cds_servicepoint_id text REFERENCES service_point ON DELETE CASCADE,
  meter_id integer REFERENCES meter ON DELETE CASCADE,
  grouped_aggregation_id text REFERENCES aggregation ON DELETE CASCADE,
  UNIQUE NULLS NOT DISTINCT (cds_aggregation_id, cds_account_id, cds_servicecontract_id,
    cds_servicepoint_id, meter_id, grouped_aggregation_id),
  CHECK (num_nonnulls(cds_account_id, cds_servicecontract_id, cds_servicepoint_id, meter_id,
    grouped_aggregation_id) = 1)
);

-- Formats of the data behind certificates; part of the server's public metadata.
CREATE TABLE eac_format (
  eac_format text PRIMARY KEY CHECK (eac_format ~ '^\S+$'),
  tenant text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  documentation text NOT NULL
);

-- Energy attribute certificates: they attest the energy of projects, for beneficiaries.
CREATE TABLE eac (
  cds_eac_id text PRIMARY KEY CHECK (cds_eac_id ~ '^\S+$'),
  tenant text NOT NULL,
  beneficiary_type text NOT NULL
    CHECK (beneficiary_type IN ('general', 'customer', 'account', 'servicecontract')),
  eac_numbers text[] NOT NULL,
  eac_format text NOT NULL REFERENCES eac_format,
  eac_data_url text NOT NULL,
  period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  modified_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  synced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (period_end > period_start)
);
CREATE TABLE eac_project (
  cds_eac_id text NOT NULL REFERENCES eac ON DELETE CASCADE,
  cds_productionproject_id text NOT NULL REFERENCES project,
  PRIMARY KEY (cds_eac_id, cds_productionproject_id)
);
-- A certificate for customers or accounts names the account, one for contracts the contract.
CREATE TABLE eac_beneficiary (
  cds_eac_id text NOT NULL REFERENCES eac ON DELETE CASCADE,
  cds_account_id text REFERENCES account ON DELETE CASCADE,
  cds_servicecontract_id text REFERENCES service_contract ON DELETE CASCADE,
  UNIQUE NULLS NOT DISTINCT (cds_eac_id, cds_account_id, cds_servicecontract_id),
  CHECK (num_nonnulls(cds_account_id, cds_servicecontract_id) = 1)
);

-- What a project's energy is made of in [starts_at, ends_at) (`electric_supply_mix`). ratio is the
-- exact part of the energy; place is the row's place in the declared list.
CREATE TABLE supply_mix (
  cds_productionproject_id text NOT NULL REFERENCES project,
  place integer NOT NULL CHECK (place >= 0),
  supply_type text NOT NULL,
  attribution text NOT NULL CHECK (attribution IN ('base', 'individual', 'residual')),
  ratio numeric NOT NULL CHECK (ratio > 0 AND ratio <= 1),
  carbon_intensity numeric CHECK (carbon_intensity >= 0),
  starts_at timestamptz NOT NULL DEFAULT '-infinity',
  ends_at timestamptz NOT NULL DEFAULT 'infinity',
  PRIMARY KEY (cds_productionproject_id, place),
  UNIQUE (cds_productionproject_id, supply_type, attribution, starts_at),
  CHECK (ends_at > starts_at)
);
