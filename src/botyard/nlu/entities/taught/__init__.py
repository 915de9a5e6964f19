"""What a builder teaches: lists of values, tagged sentences, patterns."""
