"""Courtesies that need no node: what people say, and what a bot answers in four personalities."""
