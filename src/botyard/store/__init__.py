"""How things are kept. Knows no word of the domain."""
