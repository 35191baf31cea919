"""Telling staff: what concerns them, by the way each chose, outside quiet hours, one by one or in a digest.

models    what somebody is told, how they want to be told, their Telegram chat
quiet     quiet hours and the minute of a digest, by the clock on the wall; pure
choosing  by which ways which kind is told, and what may wait for a digest; pure
wishes    how each wants to be told, read with its defaults
telling   write notices, to be sent when they are due
"""
