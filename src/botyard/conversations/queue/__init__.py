"""The messages that wait for their turn, seen from outside."""
