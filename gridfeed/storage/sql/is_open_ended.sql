-- Whether no message has come yet after a lost stretch.
SELECT EXISTS (SELECT FROM lost_stretch WHERE source_id = :source_id AND before_at IS NULL)
