-- The times of one meter's series that lost samples may be of.
SELECT t.meter_id, t.channel, t.starts_at, t.ends_at FROM lost_time t WHERE t.meter_id = :meter_id
