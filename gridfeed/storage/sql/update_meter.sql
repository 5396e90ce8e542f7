-- synced_at always moves: the content was confirmed. modified_at moves only if a declared field
-- changed (:modified).
UPDATE meter SET
  cds_productionproject_id = :cds_productionproject_id, capacity_kw = :capacity_kw,
  integration = :integration, hold_limit_seconds = :hold_limit_seconds,
  station_load_kw = :station_load_kw,
  modified_at = CASE WHEN :modified THEN clock_timestamp() ELSE modified_at END,
  synced_at = clock_timestamp()
WHERE meter_number = :meter_number
