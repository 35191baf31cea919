"""Files brought in with the browser: sent, mapped, tried, and taken in as they were tried.

units_and_employees  /manage/units/import, /manage/employees/import
answers  /manage/responses/import: answers of the past
words    fields, and why a file or a row cannot be taken
"""
