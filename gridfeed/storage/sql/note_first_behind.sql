-- The first message behind a stretch whose log was empty then.
UPDATE lost_stretch SET before_at = $2 WHERE source_id = $1 AND before_at IS NULL
