"""What a bot can say: rich messages as frozen values, to and from their JSON."""
