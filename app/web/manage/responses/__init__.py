"""What was said, and what is done about it.

pages    /manage/responses: the list and one response (query: its filter in the address)
reading  /manage/reading: what nobody has acknowledged yet; coaching: what is talked over with whom
praise   what an employee was thanked for
improvements  /manage/improvements: what customers asked for (improvement_changes: work on it)
topics   /manage/topics: what the rules of topics catch and miss
*_words  what is stored as keys, in the reader's language
"""
