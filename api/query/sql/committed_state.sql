-- Another text after every commit, in any database of the server. The start of the server is part
-- of it, since one that was restored from a backup counts transactions anew.
SELECT pg_current_snapshot()::text || ' ' || pg_postmaster_start_time()::text
