-- Another number after every declaration: whose a change is may be otherwise then.
SELECT granted.catalogue_version()
