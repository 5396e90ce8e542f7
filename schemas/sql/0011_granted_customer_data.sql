-- Customer data as a request may see it: an object through the projects that make it visible, and
-- of its lists the visible members. OPTIONAL fields are NULL for a client without details, so that
-- no filter and no search finds what is hidden. What time alone changes (a contract that ends, a
-- meter that moves) counts as a change of that instant.
CREATE FUNCTION granted.details() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('gridfeed.details', true) = 'on', false) $$;

DROP FUNCTION granted.authenticate(bytea);
CREATE FUNCTION granted.authenticate(token_sha256 bytea)
RETURNS TABLE (client_id integer, name text, projects text[], production_formats text[],
  details boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT c.client_id, c.name, c.projects, c.production_formats::text[], c.details
  FROM client c WHERE c.token_sha256 = authenticate.token_sha256 AND c.revoked_at IS NULL
$$;

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

-- Where a meter was while it belonged to a visible project: of a point that it had under another
-- project a client must not learn.
CREATE VIEW granted.installation AS
SELECT i.meter_id, i.cds_servicepoint_id, b.cds_productionproject_id,
  greatest(i.starts_at, b.starts_at) AS starts_at, least(i.ends_at, b.ends_at) AS ends_at
FROM public.installation i
JOIN granted.membership b ON b.meter_id = i.meter_id
  AND b.starts_at < i.ends_at AND b.ends_at > i.starts_at;

-- Where a meter is now (current) or was before; those of the future are not told yet. changed_at
-- moves a meter's modified_at, -infinity: it has always been there.
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

-- Which contracts a point serves now (current) or served before: those of the projects whose meters
-- are there, in the time of both.
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

-- Members that are visible themselves; an aggregation is by any of them, at whatever depth.
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

-- The identifier that the beneficiary type asks for (10.9.2).
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

GRANT SELECT ON granted.account, granted.service_contract, granted.installation,
  granted.meter_servicepoint, granted.servicepoint_contract, granted.service_point,
  granted.aggregation_member, granted.aggregation, granted.eac_format, granted.eac_project,
  granted.eac, granted.eac_beneficiary, granted.supply_mix
  TO gridfeed_reader;
GRANT EXECUTE ON FUNCTION granted.details(), granted.authenticate(bytea) TO gridfeed_reader;

-- The metadata says since when there is a server: since its first migration.
CREATE OR REPLACE VIEW granted.schema_migration AS
SELECT s.number, s.name, s.applied_at FROM public.schema_migration s;
