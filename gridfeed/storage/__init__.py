"""The database: connections, migrations, and every statement as a file in `sql/`."""
