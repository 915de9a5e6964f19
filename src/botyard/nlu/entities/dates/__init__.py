"""Days: of the calendar, from today on, and between two."""
