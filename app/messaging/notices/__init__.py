"""Telling staff: what concerns them, by the way each chose, outside quiet hours, one by one or in a digest."""
