"""Which bot is live: versions, training, folders."""
