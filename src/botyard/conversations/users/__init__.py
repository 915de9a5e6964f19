"""Who talks to the bots of a partner: end users, and the visitors of its web widgets."""
