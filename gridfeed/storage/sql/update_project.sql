-- synced_at always moves: the content was confirmed. modified_at moves only if a declared field
-- changed (:modified).
-- Size: a parameter for each column of the table.
UPDATE project SET
  tenant = :tenant, name = :name, timezone = :timezone, interval_seconds = :interval_seconds,
  interval_anchor_seconds = :interval_anchor_seconds, units = :units,
  contract_type = :contract_type, contract_rule = :contract_rule, contract_start = :contract_start,
  contract_end = :contract_end, settlement_market = :settlement_market,
  day_ahead_gate = :day_ahead_gate, hour_ahead_lead_minutes = :hour_ahead_lead_minutes,
  technology = :technology, latitude = :latitude, longitude = :longitude,
  modified_at = CASE WHEN :modified THEN clock_timestamp() ELSE modified_at END,
  synced_at = clock_timestamp()
WHERE cds_productionproject_id = :cds_productionproject_id
