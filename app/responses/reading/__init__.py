"""Every rating is read: who acknowledged a response, thanked for it, took it up in coaching, or found it suspect.

Words: a response is *read* once somebody acknowledged it, or did anything else about it; a *mark* is one thing that a
reader did, with their words, only ever added to; a *coaching item* is a response to talk over with its employee.

models    who read what, marks, coaching items, thanks
unread    which responses wait to be read, and how many
marking   acknowledge, thank, put on the coaching list, find suspect or genuine
marks     what was done about one response
coaching  what is to be talked over with whom, and what came of it
thanks    what employees were thanked for

Answers of employees about their own company are not read here: nobody is to find out whose they are.
"""
