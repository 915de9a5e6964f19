"""Values inside a sentence: one detector per file."""
