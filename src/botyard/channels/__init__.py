"""Where end users are. The channels do not know each other."""
