-- Stores when the first message came after a stretch behind which the log was empty.
UPDATE lost_stretch SET before_at = :before_at WHERE source_id = :source_id AND before_at IS NULL
