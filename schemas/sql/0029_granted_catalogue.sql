-- What an API request may see, in three files: the catalogue and customer data (this one), the
-- values (0030), and the past (0031). The API connects as gridfeed_reader with search_path =
-- granted. The role can read these views and nothing else, so no query can forget the grant. A
-- request first sets gridfeed.projects and gridfeed.production_formats (array literals; '*' = all)
-- and gridfeed.details ('on' = OPTIONAL fields, too); without the first two, the views are empty.
-- Every view names its columns one by one: what a later migration adds to a table is not shown
-- before it is named here.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridfeed_reader') THEN
    CREATE ROLE gridfeed_reader NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database's migration won
END $$;

-- Where an administrator prepared the role, the one that migrates may have it but not grant it.
DO $$
BEGIN
  IF NOT pg_has_role('gridfeed_reader', 'SET') THEN
    EXECUTE format('GRANT gridfeed_reader TO %I', current_user);
  END IF;
END $$;

CREATE SCHEMA granted;

-- The settings of a request as values. STABLE, and called in sub-selects, so that a query reads
-- them once and not for each row (288 rows of an index scan: 0.5 ms less).
CREATE FUNCTION granted.every_project() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('gridfeed.projects', true) = '*', false) $$;

CREATE FUNCTION granted.projects() RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT nullif(nullif(current_setting('gridfeed.projects', true), '*'), '')::text[] $$;

CREATE FUNCTION granted.production_formats() RETURNS public.production_format[]
LANGUAGE sql STABLE AS $$
  SELECT CASE current_setting('gridfeed.production_formats', true)
    WHEN '*' THEN enum_range(NULL::public.production_format)
    WHEN '' THEN NULL
    ELSE current_setting('gridfeed.production_formats', true)::public.production_format[]
  END
$$;

CREATE FUNCTION granted.details() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('gridfeed.details', true) = 'on', false) $$;

-- From a token to its grant; this is all that the API learns about clients. No row: the token is
-- unknown or revoked.
CREATE FUNCTION granted.authenticate(token_sha256 bytea)
RETURNS TABLE (client_id integer, name text, projects text[], production_formats text[],
  details boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT c.client_id, c.name, c.projects, c.production_formats::text[], c.details
  FROM client c WHERE c.token_sha256 = authenticate.token_sha256 AND c.revoked_at IS NULL
$$;

-- The time zones of all projects. The API reads them before the grant is set; they are only names
-- of calendars.
CREATE FUNCTION granted.timezones() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT coalesce(array_agg(DISTINCT p.timezone), '{}') FROM project p $$;

-- For /readyz: the API compares the schema's version with its own. The server's metadata says that
-- the server exists since the first migration.
CREATE VIEW granted.schema_migration AS
SELECT s.number, s.name, s.applied_at FROM public.schema_migration s;

-- A project's name is for people and OPTIONAL: a client without details does not see it, and cannot
-- find a project by it.
CREATE VIEW granted.project AS
SELECT p.cds_productionproject_id, p.tenant,
  CASE WHEN (SELECT granted.details()) THEN p.name END AS name,
  p.timezone, p.interval_seconds, p.interval_anchor_seconds, p.units, p.contract_type,
  p.contract_rule, p.contract_start, p.contract_end, p.created_at, p.modified_at, p.synced_at,
  p.day_ahead_gate, p.hour_ahead_lead_minutes, p.settlement_market, p.technology, p.latitude,
  p.longitude
FROM public.project p
WHERE (SELECT granted.every_project())
   OR p.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

-- Not joined with granted.project: every view below begins with this one, and the planner, which
-- expects few projects, would compare each value with each of them (a meter's day: 14 ms,
-- now 1 ms).
CREATE VIEW granted.membership AS
SELECT b.meter_id, b.cds_productionproject_id, b.starts_at, b.ends_at
FROM public.membership b
WHERE (SELECT granted.every_project())
   OR b.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

-- Without the project: only granted.membership says whose an interval is. A client that may see one
-- of a meter's projects must not learn of the others.
CREATE VIEW granted.meter AS
SELECT m.meter_id, m.meter_number, m.cds_meterdevice_id, m.capacity_kw, m.station_load_kw,
  m.integration, m.hold_limit_seconds, m.created_at, m.modified_at, m.synced_at
FROM public.meter m
WHERE EXISTS (SELECT FROM granted.membership b WHERE b.meter_id = m.meter_id);

CREATE VIEW granted.contract_share AS
SELECT s.cds_productionproject_id, s.starts_at, s.ends_at, s.numerator, s.denominator
FROM public.contract_share s
WHERE (SELECT granted.every_project())
   OR s.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

CREATE VIEW granted.settlement_run AS
SELECT r.cds_productionproject_id, r.settlement_version, r.code
FROM public.settlement_run r
WHERE (SELECT granted.every_project())
   OR r.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

-- Customer data. A client sees an object because it sees a project that has to do with it, and in
-- the object's lists the members that it may see. OPTIONAL fields are NULL for a client without
-- details, so that no filter and no search finds what is hidden. modified_at also counts what time
-- alone changes: a contract that ends, a meter that moves.
CREATE VIEW granted.account AS
SELECT a.cds_account_id, a.tenant,
  CASE WHEN (SELECT granted.details()) THEN a.customer_number END AS customer_number,
  CASE WHEN (SELECT granted.details()) THEN a.account_number END AS account_number,
  CASE WHEN (SELECT granted.details()) THEN a.account_name END AS account_name,
  CASE WHEN (SELECT granted.details()) THEN a.account_address END AS account_address,
  CASE WHEN (SELECT granted.details()) THEN a.account_types END AS account_types,
  CASE WHEN (SELECT granted.details()) THEN a.account_status END AS account_status,
  CASE WHEN (SELECT granted.details()) THEN a.account_entity END AS account_entity,
  CASE WHEN (SELECT granted.details()) THEN a.account_contacts END AS account_contacts,
  a.created_at, a.modified_at, a.synced_at
FROM public.account a
WHERE (SELECT granted.every_project())
   OR EXISTS (SELECT FROM granted.project p WHERE p.tenant = a.tenant);

CREATE VIEW granted.service_contract AS
SELECT c.cds_servicecontract_id, c.cds_account_id, c.cds_productionproject_id,
  CASE WHEN (SELECT granted.details()) THEN a.account_number END AS account_number,
  CASE WHEN (SELECT granted.details()) THEN c.contract_number END AS contract_number,
  CASE WHEN (SELECT granted.details()) THEN c.contract_address END AS contract_address,
  c.contract_types,
  CASE WHEN (SELECT granted.details()) THEN c.contract_entity END AS contract_entity,
  coalesce(c.contract_status, CASE WHEN c.ends_at <= now() THEN 'closed' ELSE 'active' END)
    AS contract_status,
  CASE WHEN (SELECT granted.details()) THEN c.contract_start END AS contract_start,
  CASE WHEN (SELECT granted.details()) THEN c.contract_end END AS contract_end,
  c.service_types, c.starts_at, c.ends_at, c.created_at,
  CASE WHEN c.contract_status IS NULL AND c.ends_at <= now()
    THEN greatest(c.modified_at, c.ends_at) ELSE c.modified_at END AS modified_at,
  c.synced_at
FROM public.service_contract c
JOIN granted.project p USING (cds_productionproject_id)
JOIN public.account a USING (cds_account_id);

-- Where a meter was while it belonged to a visible project. A client must not learn of a service
-- point that the meter had under another project.
CREATE VIEW granted.installation AS
SELECT i.meter_id, i.cds_servicepoint_id, b.cds_productionproject_id,
  greatest(i.starts_at, b.starts_at) AS starts_at, least(i.ends_at, b.ends_at) AS ends_at
FROM public.installation i
JOIN granted.membership b ON b.meter_id = i.meter_id
  AND b.starts_at < i.ends_at AND b.ends_at > i.starts_at;

-- Where a meter is now (current) or was before; future installations are not shown. changed_at
-- counts in the meter's modified_at; -infinity: the meter has always been there.
CREATE VIEW granted.meter_servicepoint AS
SELECT s.meter_id, s.cds_servicepoint_id, bool_or(upper(s.stay) > now()) AS current,
  max(CASE WHEN upper(s.stay) <= now() THEN upper(s.stay) ELSE lower(s.stay) END) AS changed_at
FROM (
  SELECT i.meter_id, i.cds_servicepoint_id,
    unnest(range_agg(tstzrange(i.starts_at, i.ends_at))) AS stay
  FROM granted.installation i
  GROUP BY i.meter_id, i.cds_servicepoint_id
) AS s
WHERE lower(s.stay) <= now()
GROUP BY s.meter_id, s.cds_servicepoint_id;

-- Which contracts a service point serves now (current) or served before: those of the projects
-- whose meters are there, while both last.
CREATE VIEW granted.servicepoint_contract AS
SELECT s.cds_servicepoint_id, s.cds_servicecontract_id,
  bool_or(s.stays AND upper(s.served) > now()) AS current,
  max(CASE WHEN upper(s.served) <= now() THEN upper(s.served) ELSE lower(s.served) END)
    AS changed_at
FROM (
  SELECT i.cds_servicepoint_id, c.cds_servicecontract_id, bool_or(c.contract_status <> 'closed')
      AS stays,
    -- A contract that runs on beyond its date, because its status says so, is served on.
    unnest(range_agg(tstzrange(greatest(i.starts_at, c.starts_at), CASE c.contract_status
      WHEN 'closed' THEN least(i.ends_at, c.ends_at) ELSE i.ends_at END))) AS served
  FROM granted.installation i
  JOIN granted.service_contract c USING (cds_productionproject_id)
  WHERE i.starts_at < c.ends_at AND i.ends_at > c.starts_at
  GROUP BY i.cds_servicepoint_id, c.cds_servicecontract_id
) AS s
WHERE lower(s.served) <= now()
GROUP BY s.cds_servicepoint_id, s.cds_servicecontract_id;

CREATE VIEW granted.service_point AS
SELECT p.cds_servicepoint_id, p.servicepoint_number, p.servicepoint_types,
  CASE WHEN (SELECT granted.details()) THEN p.servicepoint_address END AS servicepoint_address,
  CASE WHEN (SELECT granted.details()) THEN p.latitude END AS latitude,
  CASE WHEN (SELECT granted.details()) THEN p.longitude END AS longitude,
  CASE WHEN (SELECT granted.details()) THEN p.premises END AS premises,
  p.created_at,
  greatest(p.modified_at, (SELECT max(s.changed_at) FROM granted.servicepoint_contract s
    WHERE s.cds_servicepoint_id = p.cds_servicepoint_id)) AS modified_at,
  p.synced_at
FROM public.service_point p
WHERE (SELECT granted.every_project())
   OR EXISTS (SELECT FROM granted.installation i
     WHERE i.cds_servicepoint_id = p.cds_servicepoint_id);

-- Members that are visible themselves. An aggregation is visible by any of its members, at whatever
-- depth.
CREATE VIEW granted.aggregation_member AS
WITH RECURSIVE direct AS (
  SELECT m.cds_aggregation_id, m.cds_account_id, m.cds_servicecontract_id, m.cds_servicepoint_id,
    m.meter_id, m.grouped_aggregation_id
  FROM public.aggregation_member m
  WHERE m.cds_account_id IN (SELECT a.cds_account_id FROM granted.account a)
     OR m.cds_servicecontract_id IN (
       SELECT c.cds_servicecontract_id FROM granted.service_contract c)
     OR m.cds_servicepoint_id IN (SELECT p.cds_servicepoint_id FROM granted.service_point p)
     OR m.meter_id IN (SELECT d.meter_id FROM granted.meter d)
     OR m.grouped_aggregation_id IS NOT NULL AND (SELECT granted.every_project())
), visible AS (
  SELECT d.cds_aggregation_id FROM direct d
  UNION
  SELECT m.cds_aggregation_id
  FROM public.aggregation_member m
  JOIN visible v ON m.grouped_aggregation_id = v.cds_aggregation_id
)
SELECT d.cds_aggregation_id, d.cds_account_id, d.cds_servicecontract_id, d.cds_servicepoint_id,
  d.meter_id, d.grouped_aggregation_id
FROM direct d
UNION
SELECT m.cds_aggregation_id, NULL, NULL, NULL, NULL::integer, m.grouped_aggregation_id
FROM public.aggregation_member m
JOIN visible v ON m.grouped_aggregation_id = v.cds_aggregation_id;

CREATE VIEW granted.aggregation AS
SELECT a.cds_aggregation_id, a.aggregation_number, a.aggregation_types, a.countries, a.provinces,
  a.municipalities,
  CASE WHEN (SELECT granted.details()) THEN a.grouped_addresses END AS grouped_addresses,
  a.grouped_regions, a.created_at, a.modified_at, a.synced_at
FROM public.aggregation a
WHERE (SELECT granted.every_project())
   OR a.cds_aggregation_id IN (SELECT m.cds_aggregation_id FROM granted.aggregation_member m);

-- Public, as all of the server's metadata.
CREATE VIEW granted.eac_format AS
SELECT f.eac_format, f.name, f.description, f.documentation FROM public.eac_format f;

CREATE VIEW granted.eac_project AS
SELECT e.cds_eac_id, e.cds_productionproject_id
FROM public.eac_project e JOIN granted.project p USING (cds_productionproject_id);

CREATE VIEW granted.eac AS
SELECT e.cds_eac_id, e.beneficiary_type, e.eac_numbers, e.eac_format, e.eac_data_url,
  e.period_start, e.period_end, e.created_at, e.modified_at, e.synced_at
FROM public.eac e
WHERE EXISTS (SELECT FROM granted.eac_project p WHERE p.cds_eac_id = e.cds_eac_id);

-- Shows the identifier that the certificate's beneficiary type asks for (10.9.2).
CREATE VIEW granted.eac_beneficiary AS
SELECT b.cds_eac_id, CASE e.beneficiary_type WHEN 'customer' THEN a.customer_number
  ELSE coalesce(a.cds_account_id, c.cds_servicecontract_id) END AS beneficiary
FROM public.eac_beneficiary b
JOIN granted.eac e USING (cds_eac_id)
LEFT JOIN granted.account a ON a.cds_account_id = b.cds_account_id
LEFT JOIN granted.service_contract c ON c.cds_servicecontract_id = b.cds_servicecontract_id
WHERE CASE e.beneficiary_type WHEN 'customer' THEN a.customer_number
  ELSE coalesce(a.cds_account_id, c.cds_servicecontract_id) END IS NOT NULL;

CREATE VIEW granted.supply_mix AS
SELECT s.cds_productionproject_id, s.place, s.supply_type, s.attribution, s.ratio,
  s.carbon_intensity, s.starts_at, s.ends_at
FROM public.supply_mix s JOIN granted.project p USING (cds_productionproject_id);
