"""What may have ended the server."""
