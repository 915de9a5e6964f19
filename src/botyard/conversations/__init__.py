"""Makes a turn happen: one happening at a time per conversation, committed, then carried out."""
