"""What a builder makes: a bot as values, checked, compiled, and as files."""
