-- A number that changes with every declaration, after which changes may belong to other projects.
SELECT granted.catalogue_version()
