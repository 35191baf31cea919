"""The company: a tree of units with working hours, and the people who work there.

Words: a *unit* is any node (company, region, city, office, desk, contact centre, queue); the *root* is the company
itself, made by the first migration with the code `company`. Time zone and hours are *inherited*: a unit without its own
takes the nearest ancestor's. `unit_ancestor` holds every (unit, ancestor) pair, itself included, so that "this unit and
all below it" is one WHERE and "the nearest that has it" is one ORDER BY.

hours      opening hours as people write them, pure
workdays   when a unit works, with its special days, pure
holidays   where special days come from: a country's holidays and a file
weekdays   names of weekdays in four languages, pure
codes      codes of units that come without one, pure
facts      what can be said of a unit, checked
models     unit, unit_ancestor, employee
tree       who lies below whom, inherited working time, paths
service    add, change, move and find units
closing    close a unit with all below it, and reopen it
employees  add, change and find employees
browse     units by level or by a word, and one with what it inherits
employee_list  employees by a word, a unit or their state
places     where a unit is, in one line, pure
listing    all units in the order of the tree, and which one a mistyped code meant
search     whether a row says what somebody typed
bulk       many units at once, for files

Knows only kit. Known by everyone above, whose scope of visible units it takes as a value with a `where`.
"""
