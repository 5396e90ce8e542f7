-- The times of series that lost samples may be of. Of a series that goes on at once it is at least
-- as long as the stretch took to be appended.
CREATE VIEW lost_time AS
SELECT t.meter_id, t.channel, t.starts_at,
  CASE WHEN t.ends_at IS NOT NULL
    THEN greatest(t.ends_at, t.starts_at + (l.before_at - l.after_at)) END AS ends_at
FROM lost_series t
JOIN lost_stretch l USING (lost_id);

-- As samples are: of meters that are visible, for who may see telemetry.
CREATE VIEW granted.lost_time AS
SELECT t.* FROM public.lost_time t JOIN granted.meter m USING (meter_id)
WHERE 'scada' = ANY ((SELECT granted.production_formats())::public.production_format[]);
GRANT SELECT ON granted.lost_time TO gridfeed_reader;
