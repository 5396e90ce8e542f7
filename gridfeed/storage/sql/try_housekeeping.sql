-- One worker keeps house at a time; the others do not wait for it.
SELECT pg_try_advisory_lock(:lock)
