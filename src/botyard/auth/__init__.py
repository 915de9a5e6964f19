"""Who is calling: partners, businesses, tokens."""
