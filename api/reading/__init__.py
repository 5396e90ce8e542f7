"""The database as a grant shows it: sessions, cursors, pages."""
