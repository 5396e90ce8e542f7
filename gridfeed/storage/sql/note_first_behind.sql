-- The first message behind a stretch whose log was empty then.
UPDATE lost_stretch SET before_at = :before_at WHERE source_id = :source_id AND before_at IS NULL
