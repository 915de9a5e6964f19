"""What is looked at in a bot, one question a file; bot/check.py asks them all."""
