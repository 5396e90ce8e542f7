-- One at a time for each client, so that its subscriptions can be counted before one is added.
SELECT pg_advisory_xact_lock(7696582, :client_id)
