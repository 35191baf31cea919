"""Units and employees."""
