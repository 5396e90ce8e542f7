-- synced_at always moves: the content was confirmed. modified_at only with a declared field ($18).
UPDATE project SET
  tenant = $2, name = $3, timezone = $4, interval_seconds = $5, interval_anchor_seconds = $6,
  units = $7, contract_type = $8, contract_rule = $9, contract_start = $10, contract_end = $11,
  settlement_market = $12, day_ahead_gate = $13, hour_ahead_lead_minutes = $14, technology = $15,
  latitude = $16, longitude = $17,
  modified_at = CASE WHEN $18 THEN clock_timestamp() ELSE modified_at END,
  synced_at = clock_timestamp()
WHERE cds_productionproject_id = $1
