"""Custom code: a jail for each version of a bot, and who runs it. jail/policy.toml says what code may do."""
