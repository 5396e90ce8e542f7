-- The statement that drops a database, even if clients are connected. The server quotes the name.
SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', :database::text)
