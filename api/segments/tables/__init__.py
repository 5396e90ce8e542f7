"""Usage segments as tables: CSV, Arrow and Parquet."""
