-- The session holds the lock, not a transaction: the lock is free as soon as the session is gone.
SELECT pg_try_advisory_lock(:lock)
