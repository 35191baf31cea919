"""When a clock runs out, somebody further up hears of it: by a duty roster, else up the tree, at last its owner.

Words: a *rule* is a clock that came up; an *escalation* is that somebody was told by a rule; somebody is *on duty* for
a unit and all below it; the *owner of last resort* of a unit hears where nobody else is left.

ladder         who stands nearest and who comes next, pure
timing         which clocks are up, which of them is told, when to remind, pure
models         escalation, duty, unit_owner
people         who is responsible for a unit now
escalating     tell of clocks that came up
acknowledging  what somebody was told of, and that they saw it
reminding      each morning until then
roster         put on duty, take off; owners of last resort
rosters        the roster and the owners as lists
week           a unit's week: who is on duty when, and where nobody is, pure
errors         what stands in the way

Knows the rest of callbacks and the notices of messaging; nothing of callbacks knows it.
"""
