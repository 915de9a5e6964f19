"""What a node may call: signed webhooks and in-process functions."""
