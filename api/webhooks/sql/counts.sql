-- How many subscriptions are in which condition, and since when the one that has failed longest has.
SELECT CASE WHEN w.state = 'active' AND w.failures > 0 THEN 'failing' ELSE w.state::text END
    AS condition, count(*) AS webhooks, min(w.failing_since) AS failing_since
FROM webhook w
GROUP BY 1
