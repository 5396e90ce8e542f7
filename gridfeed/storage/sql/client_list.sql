-- Omits the hash: nobody needs it.
SELECT client_id, name, projects, production_formats::text[] AS production_formats, details,
       created_at, revoked_at
FROM client
ORDER BY name
