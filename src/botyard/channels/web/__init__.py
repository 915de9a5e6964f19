"""The chat page of a business: one served page and its socket."""
