"""The callback desk, its roster, its notices and its figures."""
