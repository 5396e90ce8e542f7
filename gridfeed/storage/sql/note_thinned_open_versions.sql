-- Notes up to which replacement the values of open intervals are thinned.
UPDATE thinned SET open_versions_until = :until
