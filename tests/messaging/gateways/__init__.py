"""Every gateway against a real server that does what a script says."""
