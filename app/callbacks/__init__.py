"""Whom a manager must ring: cases, their two deadlines in working hours, and everything that happened to them.

Words: a *callback* is a phone call to a person, nothing else; a *case* is one matter to settle; one without a number is
*to look into* (no first-attempt clock) and becomes a callback when a number is added. An *attempt* is one try to ring;
an *outcome* and a *cause* are written when a case is closed.

deadlines  due times over working hours and what is to be done next, pure
norms      both clocks by score, channel, hurry and the customer's window, pure
hurrying   what makes a case more urgent than its rating
retry_plan when somebody who did not answer is rung again, pure
states     why a case is opened and what its timeline tells of, pure
models     callback_case, case_event and what hangs on a case
opening    open a case, make it a callback, let its clocks run anew, note a changed rating
reopening  a closed case begins anew
holding    find a case within a scope and keep its row; refuse what is closed or a colleague's
working    claim, give back, attempt, put off, note
choosing   claim the most urgent
handing_over  give a case to a colleague; leading: who leads at a unit and may give away anybody's
promises   what was promised by a date of its own
merging    several cases of one person become one
closing    close with outcome and cause, or as settled on site
bulk       one step for many cases
numbers    who sees a number, each time written down
retention  when a number is forgotten
timeline   how something gets into a case's timeline
standing   overdue or not, what is next
within     scope and unit as conditions
queues     the queues page by page, their counts and fingerprints; case_rows: one line of them
sheet      one case with all that happened; earlier: other cases and responses of the person; story: call, messages
figures    how many are open, for operations
load       how much each person has before them, and what a rule would open for a team
errors     what stands in the way of working a case
asking_back  a package of its own: "did we settle it?"

Knows responses, surveys, accounts, contacts, organisation and kit. Known by routing and above.
"""
