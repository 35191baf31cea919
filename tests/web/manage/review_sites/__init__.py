"""Which office is on which site."""
