-- Gives back whatever a process has in hand, as it stops.
UPDATE webhook w SET leased_by = NULL, leased_until = NULL WHERE w.leased_by = :owner
