-- synced_at always moves: the content was confirmed. modified_at only with a declared field ($7).
UPDATE meter SET
  cds_productionproject_id = $2, capacity_kw = $3, integration = $4, hold_limit_seconds = $5,
  station_load_kw = $6,
  modified_at = CASE WHEN $7 THEN clock_timestamp() ELSE modified_at END,
  synced_at = clock_timestamp()
WHERE meter_number = $1
