"""A client's own systems: the versioned public API."""
