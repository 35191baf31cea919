"""The respondent's pages: one question, one tap, and the rest that may follow it.

survey    /q/<code>: the question of a touchpoint; the tap is the vote
invited   /i/<token>: the question about one call, visit or chat; its link is spent by one answer
answer    /r/<key>: what follows the tap, for whoever holds its key
settled   /s/<token>: "did we settle it?", the day after a case was closed
unsubscribing  /u/<token>: no more messages, by any channel
opened    /q/<code>/opened, /i/<token>/opened: how often people have seen the question
scanners  machines that follow every link of a mail: noted, never written
preview   /manage/surveys/<key>/preview: these very pages, as staff look at them
questions what a question looks like: faces, numbers, a list, chips or a text
device    the signed cookie by which a second tap changes the first
once_a_month  the one by which an employee counts once a month
shell     what every page has: the company, the languages, "not in use"
look      their one stylesheet
"""
