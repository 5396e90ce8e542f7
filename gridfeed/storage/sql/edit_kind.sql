-- The kind of an edit; no row: no edit has this number.
SELECT e.kind FROM edit e WHERE e.edit_id = :edit_id
