-- The given project ids that are not declared: otherwise a typing error in a grant would go
-- unnoticed.
SELECT given.id
FROM unnest(:projects::text[]) AS given(id)
WHERE NOT EXISTS (SELECT FROM project p WHERE p.cds_productionproject_id = given.id)
ORDER BY given.id
