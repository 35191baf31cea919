"""Closing the loop: the day after a case was closed its person is asked whether it is settled; "no" opens it anew."""
