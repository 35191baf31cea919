"""The callback desk: whom to ring next, and who is told when nobody does.

pages    /manage/callbacks: the lists and the page of a case
listing  what a list shows; case: what the page of one case shows (story: its timeline, extras: what stands beside it)
work     what is done about one case; bulk: about many at once
complaints  /manage/callbacks/new: one that came without a rating
compensations  /manage/compensations: proposed, approved, summed up
figures  /manage/callbacks/figures: who was won back, how long people waited, and the cases behind each figure
escalations  /manage/escalations: what one was told of because a clock ran out
notices  /manage/notices: how one wants to be told
roster   /manage/roster: who is on duty, owners of last resort, load (roster_editing: kept by admins)
words, *_words  what is stored as keys, in the reader's language
"""
