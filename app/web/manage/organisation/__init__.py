"""The company as its staff see it.

units      /manage/units: the tree, a search, each unit (unit_editing: changed by its admins)
employees  /manage/employees
unit_words  kinds, weeks, and what is wrong with a fact
"""
