-- A topic without a row is new: it starts with the oldest change that is kept.
WITH made AS (
  INSERT INTO changes_out (topic) VALUES (:topic) ON CONFLICT (topic) DO NOTHING RETURNING xid, seq
)
SELECT xid, seq FROM made
UNION ALL
SELECT xid, seq FROM changes_out WHERE topic = :topic
