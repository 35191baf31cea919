"""Counting answers by value: what the worker counts ahead, and how both kinds of counts are read.

question  what is asked, ready to be put as SQL
cover     which days are read from what was counted, and which from the answers
kept      the counts of the worker
raw       the answers themselves
counting  the worker's part: days and months counted anew

Known by `histograms`, which joins them, and by the worker.
"""
