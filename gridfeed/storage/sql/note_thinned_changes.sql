-- Notes up to which recording the feed is thinned.
UPDATE thinned SET changes_until = :until
