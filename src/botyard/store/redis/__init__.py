"""Redis, where there is one: it carries words between processes, and keeps nothing that was promised."""
