"""The benchmark kit: the real server on both databases beside a bare Flask application on the same server.

__main__   `make bench`: prepares, measures, prints the table
client     the load: 16 kept-alive connections from two processes, over loopback only
servers    the processes under test, their memory, their start
bare       what is compared with: a Jinja page of the same size, one Core INSERT and 303
company    500 made-up offices with a code each, and forms to send
report     figures, ratios, targets

Ratios are taken within one run; absolute figures move with the machine by a factor of two.
"""
