"""Who is asked by which message, and what became of it.

pages    /manage/messages: what waits, what arrived, what failed and why (query: its filter in the address)
texts    /manage/messages/texts: the words of messages
delivery  /manage/delivery: who is asked, in words
interactions  /manage/interactions: what the contact centre told us of (interaction_query: its filter)
words, *_words  what is stored as keys, in the reader's language
"""
