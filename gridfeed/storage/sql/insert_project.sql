-- Times come from the table's defaults.
-- Size: a parameter for each column of the table.
INSERT INTO project
  (cds_productionproject_id, tenant, name, timezone, interval_seconds, interval_anchor_seconds,
   units, contract_type, contract_rule, contract_start, contract_end, settlement_market,
   day_ahead_gate, hour_ahead_lead_minutes, technology, latitude, longitude)
VALUES (:cds_productionproject_id, :tenant, :name, :timezone, :interval_seconds,
  :interval_anchor_seconds, :units, :contract_type, :contract_rule, :contract_start, :contract_end,
  :settlement_market, :day_ahead_gate, :hour_ahead_lead_minutes, :technology, :latitude, :longitude)
