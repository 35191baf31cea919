"""The command line, `flask --app wsgi …`: a file a topic, each use case the very one that the pages call.

register    hangs every command on the application
told        errors of the business as one message on standard error and exit code 1
kinds       the option `--kind`
set_up      what whoever sets it up should hear before it costs something

first_run   what a first start does and says
operations  db, serve, worker; doctor: what is wrong
users       user                    units       list units
touchpoints touchpoint add          codes       touchpoint list, desk, point, revoke
posters     poster                  surveys     survey
topics      topics check
imports     import                  exports     export
backup      backup, restore         demo        demo
callbacks   callbacks load
simulate    simulate calls, played by simulation/

Standard output belongs to what was asked for (CSV, codes, passwords); everything else goes to standard error.
"""
