-- A page of usage segments with their values: one segment for each meter, production format, local
-- day and interval length. Each series is one range of the primary key, cut into local days by
-- their first instants. (The statement names the meter's channels so that the index serves on
-- servers without skip scan.)
-- Size: one statement, so that a page is of one snapshot and one round trip, and the values of its
-- segments are read where their bounds were found; a parameter for each filter of the endpoint.
-- Days (:day_...) come from `gridfeed.domain.calendar.interval`, since the database server may have
-- another year's time zone rules. :earliest and :latest bound all days, because only bounds known
-- before the first row exclude chunks (160 chunks, 100 days of one meter: 10 s without, 0.7 s
-- with). :day_summed_to is, for each day, the interval that values are summed to; NULL leaves the
-- stored lengths. All values whose length divides it make one segment. That segment runs from the
-- start of the first summed interval that has a value to the end of the last.
-- The page holds segments whose place is in [:window_start, :window_end) and that start before
-- :end_of_starts. With :name_... it holds exactly the named segments; with :modified_after, only
-- segments changed after it.
-- A day belongs to the project whose membership it lies in: a meter that changed project has
-- segments under both projects.
-- The order is that of CDS-WG3-01 10.8.8: account number, number of the contract in force at
-- segment_start (an absent number comes first), segment_start, newest change first, id.
-- Aggregations have no place in it: a segment belongs to one meter and is never a sum. With
-- :section_..., only segments of that account and contract number are listed.
-- The order is as of :listed_at: no open transaction records anything at or before it, so segments
-- that change while a client pages keep their place. Segments created after the listing began come
-- after the others of their start, ordered by id; their start is that of their first publication.
-- :cursor_... is the cursor.
WITH chosen_meter AS (
  SELECT m.meter_id, m.meter_number, m.cds_meterdevice_id
  FROM meter m
  WHERE :meter_numbers::text[] IS NULL
  UNION ALL  -- a separate branch, so that a generic plan uses the unique index, too
  SELECT m.meter_id, m.meter_number, m.cds_meterdevice_id
  FROM meter m
  WHERE m.meter_number = ANY (:meter_numbers::text[])
), local_day AS (
  SELECT y.timezone, y.local_date, y.opens, y.closes, y.summed_to
  FROM unnest(:day_timezone::text[], :day_date::date[], :day_opens::timestamptz[],
    :day_closes::timestamptz[], :day_summed_to::integer[])
    AS y (timezone, local_date, opens, closes, summed_to)
), calendar AS (
  SELECT y.timezone, array_agg(y.local_date ORDER BY y.opens) AS local_dates,
    array_agg(y.opens ORDER BY y.opens) AS opens,
    array_agg(y.summed_to ORDER BY y.opens) AS summed_to, min(y.opens) AS first_opens,
    max(y.closes) AS last_closes
  FROM local_day y
  GROUP BY y.timezone
), reach AS (
  SELECT m.meter_id, m.meter_number, m.cds_meterdevice_id, p.cds_productionproject_id, p.units,
    a.cds_account_id, coalesce(a.account_number, '') COLLATE "C" AS account_number,
    d.production_format, d.interval_seconds, d.local_dates, d.opens, d.summed_to, c.channels,
    greatest(d.first_opens, b.starts_at) AS starts_at, least(d.last_closes, b.ends_at) AS ends_at
  FROM chosen_meter m
  JOIN membership b USING (meter_id)
  JOIN project p USING (cds_productionproject_id)
  LEFT JOIN account a ON a.tenant = p.tenant
  CROSS JOIN LATERAL (
    SELECT f.production_format, NULL::integer AS interval_seconds, c.local_dates, c.opens,
      c.summed_to, c.first_opens, c.last_closes
    FROM calendar c
    CROSS JOIN unnest(:production_formats::production_format[]) AS f (production_format)
    WHERE c.timezone = p.timezone AND :name_meter_number::text[] IS NULL
    UNION ALL
    SELECT n.production_format, n.interval_seconds, ARRAY[y.local_date], ARRAY[y.opens],
      ARRAY[y.summed_to], y.opens, y.closes
    FROM unnest(:name_meter_number::text[], :name_production_format::production_format[],
      :name_local_date::date[], :name_interval_seconds::integer[])
      AS n (meter_number, production_format, local_date, interval_seconds)
    JOIN local_day y USING (local_date)
    WHERE y.timezone = p.timezone AND n.meter_number = m.meter_number
      AND n.production_format = ANY (:production_formats::production_format[])
  ) AS d
  CROSS JOIN LATERAL (
    SELECT array_agg(s.channel) AS channels
    FROM series s
    WHERE s.meter_id = m.meter_id AND s.production_format = d.production_format
  ) AS c
  WHERE c.channels IS NOT NULL
    AND (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:cds_productionproject_ids::text[] IS NULL
      OR p.cds_productionproject_id = ANY (:cds_productionproject_ids))
    AND (:section_account::text IS NULL OR coalesce(a.account_number, '') = :section_account)
    AND (:cds_account_ids::text[] IS NULL OR a.cds_account_id = ANY (:cds_account_ids))
    AND (:account_numbers::text[] IS NULL OR a.account_number = ANY (:account_numbers))
    AND d.first_opens < b.ends_at AND d.last_closes > b.starts_at
), segment AS (
  SELECT d.meter_id, d.meter_number, d.cds_meterdevice_id, d.cds_productionproject_id, d.units,
    d.cds_account_id, d.account_number, n.contract_number, d.production_format, d.channels,
    v.interval_seconds, e.segment_start, e.segment_end, v.first_start, v.last_start, y.is_summed,
    v.created_at, t.modified_at, v.issued_at, v.gross, v.net, t.has_readings,
    (d.meter_number || ':' || d.production_format || ':'
      || to_char(d.local_dates[v.day], 'YYYY-MM-DD') || ':' || v.interval_seconds) COLLATE "C"
      AS cds_usagesegment_id,
    o.listed_start, o.age_rank
  FROM reach d
  CROSS JOIN LATERAL (
    SELECT coalesce(d.summed_to[i.day], i.interval_seconds) AS interval_seconds, i.day,
      min(i.interval_start) AS first_start,
      max(i.interval_start) AS last_start,
      min(i.created_at) AS created_at,
      max(i.recorded_at) AS modified_at,
      max(i.issued_at) AS issued_at,
      bool_or(i.channel = 'GROSS' AND i.has_energy) AS gross,
      granted.has_net(bool_or(i.channel = 'NET' AND i.has_energy),
        bool_or(i.channel = 'GROSS' AND i.has_energy),
        bool_or(i.channel = 'STATION_LOAD' AND i.has_energy)) AS net
    FROM (
      SELECT i.channel, i.interval_start, i.interval_seconds, i.created_at, i.recorded_at,
        i.issued_at, i.energy_microkwh IS NOT NULL AS has_energy,
        width_bucket(i.interval_start, d.opens) AS day
      FROM interval_value i
      WHERE i.meter_id = d.meter_id AND i.production_format = d.production_format
        AND i.channel = ANY (d.channels)
        AND i.interval_start >= d.starts_at AND i.interval_start < d.ends_at
        AND i.interval_start >= :earliest::timestamptz AND i.interval_start < :latest::timestamptz
    ) AS i
    WHERE d.summed_to[i.day] IS NULL OR mod(d.summed_to[i.day], i.interval_seconds) = 0
    GROUP BY 1, i.day
  ) AS v
  CROSS JOIN LATERAL (
    SELECT d.opens[v.day] AS opens, d.summed_to[v.day] IS NOT NULL AS is_summed,
      make_interval(secs => v.interval_seconds) AS length
  ) AS y
  CROSS JOIN LATERAL (
    SELECT CASE WHEN y.is_summed THEN y.length ELSE interval '1 microsecond' END AS step
  ) AS g
  CROSS JOIN LATERAL (
    SELECT date_bin(g.step, v.first_start, y.opens) AS segment_start,
      date_bin(g.step, v.last_start, y.opens) + y.length AS segment_end
  ) AS e
  CROSS JOIN LATERAL (
    -- Register reads at starts of intervals show in settlement segments.
    SELECT greatest(v.modified_at, max(r.recorded_at)) AS modified_at,
      count(r.recorded_at) > 0 AS has_readings
    FROM register_read r
    WHERE d.production_format = 'settlement' AND r.meter_id = d.meter_id
      AND r.read_at >= e.segment_start AND r.read_at < e.segment_end
      AND mod(extract(epoch FROM r.read_at - e.segment_start), v.interval_seconds) = 0
  ) AS t
  CROSS JOIN LATERAL (
    -- Called only for segments changed since; OFFSET 0 ensures that it is called once.
    SELECT CASE WHEN t.modified_at > :listed_at::timestamptz THEN granted.segment_as_listed(
      d.meter_id, d.production_format, d.channels, v.first_start, v.last_start,
      v.interval_seconds, y.is_summed, g.step, y.opens, :listed_at) END AS listed
    OFFSET 0
  ) AS l
  CROSS JOIN LATERAL (
    SELECT coalesce((l.listed).segment_start, e.segment_start) AS listed_start,
      CASE WHEN (l.listed).existed IS FALSE THEN 9223372036854775807
        ELSE (extract(epoch FROM coalesce((l.listed).modified_at, t.modified_at))
          * -1000000)::bigint END AS age_rank
  ) AS o
  CROSS JOIN LATERAL (
    SELECT coalesce(min(c.contract_number COLLATE "C"), '') AS contract_number
    FROM service_contract c
    WHERE c.cds_productionproject_id = d.cds_productionproject_id
      AND c.starts_at <= o.listed_start AND c.ends_at > o.listed_start
  ) AS n
  WHERE d.interval_seconds IS NULL OR d.interval_seconds = v.interval_seconds
), page AS (
  SELECT s.*
  FROM segment s
  WHERE s.listed_start >= :window_start::timestamptz AND s.listed_start < :window_end::timestamptz
    AND s.segment_start < :end_of_starts::timestamptz
    AND (:ends_after::timestamptz IS NULL OR s.segment_end >= :ends_after)
    AND (:modified_after::timestamptz IS NULL OR s.modified_at > :modified_after)
    AND (:reading_validities::text[] IS NULL
      OR ('total_gross' = ANY (:reading_validities) AND s.gross)
      OR ('net_metering' = ANY (:reading_validities) AND s.net)
      OR ('contracted' = ANY (:reading_validities) AND (s.gross OR s.net)
        AND s.production_format IN ('scada', 'settlement') AND EXISTS (
          SELECT FROM contract_share c
          WHERE c.cds_productionproject_id = s.cds_productionproject_id
            AND c.starts_at < s.segment_end AND c.ends_at > s.segment_start)))
    AND (:section_contract::text IS NULL OR s.contract_number = :section_contract)
    AND (:cds_servicecontract_ids::text[] IS NULL OR EXISTS (
      SELECT FROM service_contract c
      WHERE c.cds_productionproject_id = s.cds_productionproject_id
        AND c.starts_at < s.segment_end AND c.ends_at > s.segment_start
        AND c.cds_servicecontract_id = ANY (:cds_servicecontract_ids)))
    AND (:contract_numbers::text[] IS NULL OR EXISTS (
      SELECT FROM service_contract c
      WHERE c.cds_productionproject_id = s.cds_productionproject_id
        AND c.starts_at < s.segment_end AND c.ends_at > s.segment_start
        AND c.contract_number = ANY (:contract_numbers)))
    AND (:cds_servicepoint_ids::text[] IS NULL AND :servicepoint_numbers::text[] IS NULL OR EXISTS (
      SELECT FROM installation i JOIN service_point o USING (cds_servicepoint_id)
      WHERE i.meter_id = s.meter_id AND i.cds_productionproject_id = s.cds_productionproject_id
        AND i.starts_at < s.segment_end AND i.ends_at > s.segment_start
        AND (:cds_servicepoint_ids IS NULL OR i.cds_servicepoint_id = ANY (:cds_servicepoint_ids))
        AND (:servicepoint_numbers IS NULL OR o.servicepoint_number = ANY (:servicepoint_numbers))))
    AND (:cursor_start::timestamptz IS NULL OR CASE WHEN :backwards::boolean
      THEN (s.account_number, s.contract_number, s.listed_start, s.age_rank, s.cds_usagesegment_id)
        < (:cursor_account::text, :cursor_contract::text, :cursor_start, :cursor_rank::bigint,
          :cursor_id::text)
      ELSE (s.account_number, s.contract_number, s.listed_start, s.age_rank, s.cds_usagesegment_id)
        > (:cursor_account, :cursor_contract, :cursor_start, :cursor_rank, :cursor_id) END)
  ORDER BY
    CASE WHEN NOT :backwards THEN s.account_number END,
    CASE WHEN :backwards THEN s.account_number END DESC,
    CASE WHEN NOT :backwards THEN s.contract_number END,
    CASE WHEN :backwards THEN s.contract_number END DESC,
    CASE WHEN NOT :backwards THEN s.listed_start END,
    CASE WHEN :backwards THEN s.listed_start END DESC,
    CASE WHEN NOT :backwards THEN s.age_rank END, CASE WHEN :backwards THEN s.age_rank END DESC,
    CASE WHEN NOT :backwards THEN s.cds_usagesegment_id END,
    CASE WHEN :backwards THEN s.cds_usagesegment_id END DESC
  LIMIT :limit
)
SELECT p.cds_usagesegment_id, p.meter_number, p.cds_meterdevice_id, p.cds_productionproject_id,
  p.units, p.production_format, p.interval_seconds, p.segment_start, p.segment_end, p.created_at,
  p.modified_at, p.issued_at, p.has_readings, u.has_supply, p.listed_start, p.age_rank,
  p.account_number, p.contract_number, p.cds_account_id,
  coalesce(c.contracts, '{}') AS cds_servicecontract_ids,
  coalesce(o.points, '{}') AS cds_servicepoint_ids, w.synced_at, k.share_numerators,
  k.share_denominators, k.share_starts, k.share_ends, r.run_versions, r.run_codes, v.channel,
  v.quality, v.part_seconds, v.places, v.energy_microkwh, v.mean_microkw, v.peak_microkw,
  v.p10_microkwh, v.p90_microkwh
FROM page p
CROSS JOIN LATERAL (
  SELECT array_agg(n.cds_servicecontract_id ORDER BY n.cds_servicecontract_id COLLATE "C")
    AS contracts
  FROM service_contract n
  WHERE n.cds_productionproject_id = p.cds_productionproject_id
    AND n.starts_at < p.segment_end AND n.ends_at > p.segment_start
) AS c
CROSS JOIN LATERAL (
  SELECT array_agg(DISTINCT n.cds_servicepoint_id COLLATE "C") AS points
  FROM installation n
  WHERE n.meter_id = p.meter_id AND n.cds_productionproject_id = p.cds_productionproject_id
    AND n.starts_at < p.segment_end AND n.ends_at > p.segment_start
) AS o
CROSS JOIN LATERAL (
  -- The watermark of the meter's stream: its slowest partition's, or NULL if any is unknown.
  SELECT CASE WHEN bool_and(i.synced_at IS NOT NULL) THEN min(i.synced_at) END AS synced_at
  FROM meter_source ms JOIN ingest_source i USING (source_id)
  WHERE ms.meter_id = p.meter_id AND i.stream = CASE p.production_format
    WHEN 'scada' THEN 'telemetry' WHEN 'settlement' THEN 'reads' ELSE 'forecasts' END
) AS w
CROSS JOIN LATERAL (
  SELECT array_agg(c.numerator ORDER BY c.starts_at) AS share_numerators,
    array_agg(c.denominator ORDER BY c.starts_at) AS share_denominators,
    array_agg(nullif(c.starts_at, '-infinity') ORDER BY c.starts_at) AS share_starts,
    array_agg(nullif(c.ends_at, 'infinity') ORDER BY c.starts_at) AS share_ends
  FROM contract_share c
  WHERE c.cds_productionproject_id = p.cds_productionproject_id
    AND c.starts_at < p.segment_end AND c.ends_at > p.segment_start
) AS k
CROSS JOIN LATERAL (
  -- Only measured energy has a supply mix.
  SELECT p.production_format IN ('scada', 'settlement') AND EXISTS (
    SELECT FROM supply_mix x
    WHERE x.cds_productionproject_id = p.cds_productionproject_id
      AND x.starts_at < p.segment_end AND x.ends_at > p.segment_start) AS has_supply
) AS u
CROSS JOIN LATERAL (
  -- The settlement runs that the segment's values belong to.
  SELECT array_agg(n.settlement_version ORDER BY n.settlement_version) AS run_versions,
    array_agg(s.code ORDER BY n.settlement_version) AS run_codes
  FROM (
    SELECT DISTINCT i.settlement_version
    FROM interval_value i
    WHERE p.production_format = 'settlement' AND i.settlement_version IS NOT NULL
      AND i.meter_id = p.meter_id AND i.production_format = 'settlement'
      AND i.channel = ANY (p.channels)
      AND i.interval_start >= p.first_start AND i.interval_start <= p.last_start
      AND i.interval_start >= :earliest::timestamptz AND i.interval_start < :latest::timestamptz
      AND (i.interval_seconds = p.interval_seconds
        OR p.is_summed AND mod(p.interval_seconds, i.interval_seconds) = 0)
  ) AS n
  LEFT JOIN settlement_run s ON s.cds_productionproject_id = p.cds_productionproject_id
    AND s.settlement_version = n.settlement_version
) AS r
CROSS JOIN LATERAL (
  -- One row for each channel, quality and length, because the quality belongs to the Value Format
  -- (10.8.5). Place k is the interval that starts at segment_start + k * length.
  SELECT i.channel, i.quality, i.interval_seconds AS part_seconds,
    array_agg(extract(epoch FROM i.interval_start - p.segment_start)::integer / i.interval_seconds)
      AS places,
    array_agg(i.energy_microkwh) AS energy_microkwh,
    array_agg(i.mean_microkw) AS mean_microkw,
    array_agg(i.peak_microkw) AS peak_microkw,
    array_agg(i.p10_microkwh) AS p10_microkwh,
    array_agg(i.p90_microkwh) AS p90_microkwh
  FROM interval_value i
  WHERE i.meter_id = p.meter_id AND i.production_format = p.production_format
    AND i.channel = ANY (p.channels)
    AND i.interval_start >= p.first_start AND i.interval_start <= p.last_start
    AND i.interval_start >= :earliest::timestamptz AND i.interval_start < :latest::timestamptz
    AND (i.interval_seconds = p.interval_seconds
      OR p.is_summed AND mod(p.interval_seconds, i.interval_seconds) = 0)
  GROUP BY i.channel, i.quality, i.interval_seconds
) AS v
ORDER BY p.account_number, p.contract_number, p.listed_start, p.age_rank, p.cds_usagesegment_id,
  v.channel, v.quality, v.part_seconds
