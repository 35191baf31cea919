"""The faces, through the test client and through their gates."""
