"""What the calls of the API take and give; the descriptions here are what the reference page shows."""
