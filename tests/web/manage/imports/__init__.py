"""Files brought in with the browser."""
