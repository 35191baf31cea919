"""Files of answers of the past."""
