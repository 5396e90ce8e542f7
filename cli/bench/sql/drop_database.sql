-- The statement that drops a database, whoever is connected; quoted by the server.
SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', :database::text)
