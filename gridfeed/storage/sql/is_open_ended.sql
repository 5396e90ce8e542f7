-- Whether the first message behind a lost stretch is still to come.
SELECT EXISTS (SELECT FROM lost_stretch WHERE source_id = :source_id AND before_at IS NULL)
