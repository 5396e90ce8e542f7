-- How far the clock of each process that reports it differs from this server's: name, place and
-- seconds.
SELECT split_part(a.application_name, ' ', 1) AS program, host(a.client_addr) AS place,
  split_part(a.application_name, ' ', 2)::float8 AS drift
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.application_name ~ '^gridfeed-[a-z]+-clock [-+][0-9.]+$'
ORDER BY abs(split_part(a.application_name, ' ', 2)::float8) DESC
