-- The statement that creates a database: names cannot be parameters, so the server quotes it.
SELECT format('CREATE DATABASE %I', :database::text)
