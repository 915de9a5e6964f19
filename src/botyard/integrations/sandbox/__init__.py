"""Custom code: a jail for each version of a bot, and who runs it. policy.toml says what code may do."""
