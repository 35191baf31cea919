"""Public ratings: sources against a scripted server, the day's questions, what people type, and how pages stood."""
