"""Whom a manager must ring: cases, their two deadlines in working hours, and everything that happened to them.

Words: a *callback* is a phone call to a person, nothing else; a *case* is one matter to settle; one without a number is
*to look into* (no first-attempt clock) and becomes a callback when a number is added. An *attempt* is one try to ring;
an *outcome* and a *cause* are written when a case is closed.

deadlines  due times over working hours and what is to be done next, pure
norms      both clocks by score, channel, hurry and the customer's window, pure
hurrying   what makes a case more urgent than its rating
states     why a case is opened, pure
models     callback_case, case_event and what hangs on a case
opening    open a case, make it a callback, let its clocks run anew, note a changed rating
reopening  a closed case begins anew
holding    find a case within a scope and keep its row; refuse what is closed or a colleague's
working    claim, give back, attempt, note
closing    close with outcome and cause
numbers    who sees a number, each time written down
retention  when a number is forgotten
timeline   how something gets into a case's timeline
standing   overdue or not, what is next
queues     the lists and their counts
sheet      one case with its timeline
figures    how many are open, for operations
errors     what stands in the way of working a case

Knows responses, surveys, accounts, contacts, organisation and kit. Known by routing and above.
"""
