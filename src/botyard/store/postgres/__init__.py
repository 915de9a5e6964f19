"""PostgreSQL in the place of SQLite: the same statements, the same promises. Imported only where the URL names it."""
