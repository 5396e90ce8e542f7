-- Which time of which series the stretch may be of.
INSERT INTO lost_series (lost_id, meter_id, channel, starts_at)
SELECT $1, meter_id, channel, starts_at
FROM unnest($2::integer[], $3::channel[], $4::timestamptz[]) AS t (meter_id, channel, starts_at)
