-- A project's name is for people and OPTIONAL: a client without details does not see it, nor find a
-- project by it.
CREATE OR REPLACE VIEW granted.project AS
SELECT p.cds_productionproject_id, p.tenant,
  CASE WHEN (SELECT granted.details()) THEN p.name END AS name,
  p.timezone, p.interval_seconds, p.interval_anchor_seconds, p.units, p.contract_type,
  p.contract_rule, p.contract_start, p.contract_end, p.created_at, p.modified_at, p.synced_at,
  p.day_ahead_gate, p.hour_ahead_lead_minutes, p.settlement_market, p.technology, p.latitude,
  p.longitude
FROM public.project p
WHERE (SELECT granted.every_project())
   OR p.cds_productionproject_id = ANY ((SELECT granted.projects())::text[]);

-- Nothing reads it any more, and of a meter that came back it told the time between. The feed is
-- narrowed where its pieces are known.
DROP VIEW granted.change;
