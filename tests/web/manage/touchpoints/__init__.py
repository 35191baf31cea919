"""Codes and posters."""
