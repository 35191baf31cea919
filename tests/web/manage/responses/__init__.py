"""What was said: lists, reading, coaching, improvements, topics."""
