"""The jails: how one is walled in, what runs inside, who may have a worker. policy.toml says what code may do."""
