"""What turns leave behind for a bot's builder: traces, and calls with their requests and answers."""
