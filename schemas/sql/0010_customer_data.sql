-- Who holds, buys and connects what is measured: the objects of CDS-WG3-01 10.1, 10.2, 10.3, 10.7
-- and 10.9, as `gridfeed projects apply` declares them. modified_at moves only when a declared field
-- changes, synced_at at every apply. jsonb holds lists in the shape in which they are published.

-- Whether a client may see the fields that the specification marks OPTIONAL (7.2).
ALTER TABLE client ADD COLUMN details boolean NOT NULL DEFAULT true;

-- An account is the independent power producer: one a tenant.
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

-- A project has one contract at a time, and those it had before. contract_start and contract_end
-- are the local dates of [starts_at, ends_at). contract_status NULL: as the dates say.
CREATE TABLE service_contract (
  cds_servicecontract_id text PRIMARY KEY CHECK (cds_servicecontract_id ~ '^\S+$'),
  cds_account_id text NOT NULL REFERENCES account,
  cds_productionproject_id text NOT NULL REFERENCES project,
  contract_number text,
  contract_address text NOT NULL,
  contract_types text[] NOT NULL CHECK (cardinality(contract_types) > 0),
  contract_entity jsonb,
  contract_status text
    CHECK (contract_status IN ('active', 'paused', 'stopped', 'closed', 'unknown')),
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

-- At which point a meter is in [starts_at, ends_at).
CREATE TABLE installation (
  meter_id integer NOT NULL REFERENCES meter,
  cds_servicepoint_id text NOT NULL REFERENCES service_point,
  starts_at timestamptz NOT NULL DEFAULT '-infinity',
  ends_at timestamptz NOT NULL DEFAULT 'infinity',
  PRIMARY KEY (meter_id, starts_at),
  CHECK (ends_at > starts_at)
);
CREATE INDEX installation_at_point ON installation (cds_servicepoint_id);

-- A list that adds up: of accounts, contracts, points, meters or other aggregations.
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

-- What the data behind certificates looks like; part of the server's public metadata.
CREATE TABLE eac_format (
  eac_format text PRIMARY KEY CHECK (eac_format ~ '^\S+$'),
  tenant text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  documentation text NOT NULL
);

-- Energy attribute certificates: of the energy of projects, applied to their beneficiaries.
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
-- Of a certificate for customers or accounts the account, of one for contracts the contract.
CREATE TABLE eac_beneficiary (
  cds_eac_id text NOT NULL REFERENCES eac ON DELETE CASCADE,
  cds_account_id text REFERENCES account ON DELETE CASCADE,
  cds_servicecontract_id text REFERENCES service_contract ON DELETE CASCADE,
  UNIQUE NULLS NOT DISTINCT (cds_eac_id, cds_account_id, cds_servicecontract_id),
  CHECK (num_nonnulls(cds_account_id, cds_servicecontract_id) = 1)
);

-- What a project's energy is made of in [starts_at, ends_at) (`electric_supply_mix`); ratio of the
-- energy, exact.
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

-- What a file without any of these keys declares, for what was applied before they existed.
INSERT INTO account
  (cds_account_id, tenant, account_number, account_name, account_address, account_types,
   account_status, account_contacts)
SELECT DISTINCT 'ac-' || p.tenant, p.tenant, p.tenant, p.tenant, '', ARRAY['customer'], 'active',
  '[]'::jsonb
FROM project p;

INSERT INTO service_contract
  (cds_servicecontract_id, cds_account_id, cds_productionproject_id, contract_address,
   contract_types, contract_entity, contract_start, contract_end, starts_at, ends_at,
   service_types)
SELECT 'sc-' || p.cds_productionproject_id, a.cds_account_id, p.cds_productionproject_id, '',
  ARRAY[CASE lower(p.contract_type) WHEN 'ppa' THEN 'gridfeed_ppa'
    WHEN 'gridfeed_ppa' THEN 'gridfeed_ppa' WHEN 'merchant' THEN 'gridfeed_merchant'
    WHEN 'gridfeed_merchant' THEN 'gridfeed_merchant' ELSE 'gridfeed_other' END],
  jsonb_build_object('id', a.cds_account_id, 'types', jsonb_build_array('generator'),
    'entity_number', a.cds_account_id, 'entity_name', a.account_name, 'entity_abbreviation', NULL),
  (p.contract_start AT TIME ZONE z.name)::date, (p.contract_end AT TIME ZONE z.name)::date,
  coalesce(p.contract_start, '-infinity'), coalesce(p.contract_end, 'infinity'),
  ARRAY['electric', 'metered', 'generation']
FROM project p
JOIN account a USING (tenant)
-- A zone that this server does not know must not stop a migration; the next apply sets the dates.
CROSS JOIN LATERAL (
  SELECT coalesce((SELECT t.name FROM pg_timezone_names t WHERE t.name = p.timezone), 'UTC') AS name
) AS z;

INSERT INTO service_point (servicepoint_number, tenant, servicepoint_types, premises)
SELECT m.meter_number, p.tenant, ARRAY['electric', 'physical', 'edge'], '[]'::jsonb
FROM meter m JOIN project p USING (cds_productionproject_id);

-- Adjoining memberships are one stay.
INSERT INTO installation (meter_id, cds_servicepoint_id, starts_at, ends_at)
SELECT s.meter_id, 'sp-' || m.meter_number, lower(s.stay), upper(s.stay)
FROM (
  SELECT b.meter_id, unnest(range_agg(tstzrange(b.starts_at, b.ends_at))) AS stay
  FROM membership b
  GROUP BY b.meter_id
) AS s
JOIN meter m USING (meter_id);
