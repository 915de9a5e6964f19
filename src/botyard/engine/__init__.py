"""What happens next: one happening in, a new state and effects out. Pure."""
