"""How the schema got where it is, one file a step, for Alembic. `store.up_to_date` runs them.

A step goes in `versions/`, its revision at the end of REVISIONS. `tests/store/test_migrations.py` compares the tables
that `records.py` files declare with the tables that all steps make: they must be equal.
"""

# Oldest first. A database that stands at a revision not listed here was made by a newer Botyard.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
