"""Messages: their words, their length, how they fare."""
