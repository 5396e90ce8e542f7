-- Held by the session, not by a transaction: it is free again the moment the session is gone.
SELECT pg_try_advisory_lock(:lock)
