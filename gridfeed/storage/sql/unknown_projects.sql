-- Of the given project ids those that are not declared: a typing error in a grant shows nothing.
SELECT given.id
FROM unnest(:projects::text[]) AS given(id)
WHERE NOT EXISTS (SELECT FROM project p WHERE p.cds_productionproject_id = given.id)
ORDER BY given.id
