"""Builders: from a folder to a live bot, and conversations as tests."""
