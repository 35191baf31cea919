"""What runs beside the pages: the worker's drain loop, periodic jobs, and the supervisor of one machine.

handlers    what is done for each kind of outbox row
drain       claims due rows, hands each to its handler, writes the result
lanes       a lane of the outbox worked by several threads side by side, each row by lease
slots       those threads, and the way out when one never comes back
dispatch    sends messages: a loop for each messaging channel, at its gateways' rate
inbound     works off what gateways told us: receipts, taps, words
notices     tells staff: who hears of an event, one notice on its way, digests
reports     reports by e-mail: what is due, and each on its way
retrying    when what a gateway did not take is tried again
asking_back whoever had a case is asked whether it is settled
escalation  the clocks of cases: who is told, who is reminded
topics      what was said is sorted into topics
rate        how fast a gateway may be called
long_work   what takes minutes: one row at a time, its lease renewed
posters     the long work that draws batches of posters
periodic    jobs by the clock, each once per slot
queue       huey, which runs the periodic jobs: in memory, JSON only
worker      the process that has all of these, and its sign of life
supervisor  starts web and worker on one machine and restarts what dies

The truth is in the database (outbox, slots), so a worker may be killed at any moment and any number may run.
Knows every feature; known by the command line alone.
"""
