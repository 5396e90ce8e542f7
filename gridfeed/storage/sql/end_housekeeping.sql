-- Sessions are pooled: the lock would outlive the work.
SELECT pg_advisory_unlock(:lock)
