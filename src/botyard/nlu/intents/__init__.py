"""Which node a sentence is for: features, training, ranking."""
