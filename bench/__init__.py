"""The benchmark kit: the real program on both databases, and beside it a bare Flask application on the same server.

__main__   `make bench`: which topics, on which databases; the table at the end
place      a database, a folder and the keys of one installation under test
pairs      GET of the survey page and POST of a rating, ours beside bare
whole      the installation as it is run: start, memory, first view
units      importing offices, and how long raters wait meanwhile
history    a million answers at 3,000 offices in three years
figures    the dashboard and the export over that history
queue      the outbox with a million rows waiting, and at the rate of a nation
printing   500 posters
follow_ups interactions accepted, messages drained by 1 and 4 workers, and how late they are at a busy hour
client     the load: 16 kept-alive connections from two processes, over loopback only
servers    the processes under test, their memory, their start
bare       what is compared with: a Jinja page of the same size, one Core INSERT and 303
company    500 made-up offices with a code each, and forms to send
report     figures, ratios, targets

Ratios are taken within one run; absolute figures move with the machine by a factor of two.
"""
