"""`gridfeed explain`: shows how a published number came about."""
