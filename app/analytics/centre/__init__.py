"""What became of contacts (calls, chats, visits), told by whoever ran them, beside how satisfied people were.

handled   how many contacts, the share answered, the share settled there and then; by topic and by employee
mix       contacts by channel over time
bands     how satisfied people were by how long they waited and were served
people    those who served customers, with whiskers; what contacts were about
view      all of it together
lines     the same as lines of a file

Contacts are those that ended in the period, imported history among them; answers are those given in it. `answered` and
`resolved` are what the other system said: a contact of which it said nothing is in neither share. Read-only.
"""
