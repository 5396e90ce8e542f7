-- Version and contents in one statement, so that both are of one moment: a worker that knows the
-- version can never hold older meters than that version. One row without a meter if none exists.
WITH run AS (
  SELECT cds_productionproject_id,
    array_agg(settlement_version ORDER BY settlement_version) AS run_versions,
    array_agg(code ORDER BY settlement_version) AS run_codes
  FROM settlement_run
  GROUP BY cds_productionproject_id
), share AS (
  SELECT cds_productionproject_id, array_agg(numerator ORDER BY starts_at) AS share_numerators,
    array_agg(denominator ORDER BY starts_at) AS share_denominators,
    array_agg(nullif(starts_at, '-infinity') ORDER BY starts_at) AS share_starts,
    array_agg(nullif(ends_at, 'infinity') ORDER BY starts_at) AS share_ends
  FROM contract_share
  GROUP BY cds_productionproject_id
)
SELECT v.version, p.cds_productionproject_id, p.tenant, p.name, p.timezone, p.interval_seconds,
  p.interval_anchor_seconds, p.units, p.contract_type, p.contract_rule, p.contract_start,
  p.contract_end, p.settlement_market, p.day_ahead_gate, p.hour_ahead_lead_minutes, p.technology,
  p.latitude, p.longitude, run.run_versions, run.run_codes, share.share_numerators,
  share.share_denominators, share.share_starts, share.share_ends, m.meter_id, m.meter_number,
  m.capacity_kw, m.integration, m.hold_limit_seconds, m.station_load_kw
FROM catalogue_version v
LEFT JOIN (meter m JOIN project p USING (cds_productionproject_id)
  LEFT JOIN run USING (cds_productionproject_id)
  LEFT JOIN share USING (cds_productionproject_id)) ON true
ORDER BY m.meter_number
