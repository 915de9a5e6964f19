"""What a user means: sentences to intents, characters to entities. Pure; no disk, no clock."""
