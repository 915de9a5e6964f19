"""Times of a day: by the clock, by parts of the day, and between two."""
