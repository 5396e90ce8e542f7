-- Gives a subscription back as it is.
UPDATE webhook w SET leased_by = NULL, leased_until = NULL
WHERE w.webhook_id = :webhook_id AND w.leased_by = :owner
