"""Who takes the turns of a conversation, where many processes share a database."""
