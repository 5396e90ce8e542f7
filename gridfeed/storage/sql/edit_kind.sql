-- What an edit is; no row: there is none of that number.
SELECT e.kind FROM edit e WHERE e.edit_id = :edit_id
