"""Values inside a sentence: a room for each kind of value, one detector per file."""
