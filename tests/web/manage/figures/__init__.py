"""One metric after another, events, public ratings, reports."""
