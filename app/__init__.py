"""Otklik: feedback after a visit or a call, review routing and a callback list.

Features lie below, faces above, and imports go down only; `docs/architecture.md` draws the house.
"""
