-- Sessions are pooled, so without this the lock would outlive the work.
SELECT pg_advisory_unlock(:lock)
