"""A runner of this machine, the daemon that keeps the jails, and how its callers talk to it."""
