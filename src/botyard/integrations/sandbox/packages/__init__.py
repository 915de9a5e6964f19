"""What custom code may import: sets that the operator approved, and a bot's own requirements, locked and built."""
