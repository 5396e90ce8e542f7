"""`gridfeed explain`: how a published number came about."""
