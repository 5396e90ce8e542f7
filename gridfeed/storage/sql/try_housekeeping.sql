-- One worker keeps house at a time; the others need not wait for it.
SELECT pg_try_advisory_lock(:lock)
