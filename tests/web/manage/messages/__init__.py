"""Who is asked, and the messages."""
