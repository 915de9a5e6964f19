"""Names of people and of places."""
