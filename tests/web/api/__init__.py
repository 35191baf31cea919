"""The JSON API, called as other systems call it."""
