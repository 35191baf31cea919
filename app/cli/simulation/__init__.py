"""A contact centre and its callers, played against the running service through its public interfaces.

centre      finished calls: by whom, to whom, about what; pure
callers     whether, how and with what words somebody answers; pure
knocks      what a gateway would post when somebody writes or taps, signed as it signs; pure
telephones  what has arrived on the callers' telephones, and the token in it
service     the HTTP client: interactions by the API, answers by the page, knocks at /hooks
tally       what happened, second by second
play        puts them together until it is told to stop
unhappy     unhappy visitors who fill the callback list, by the use cases that their pages call

The play reads the database for one thing alone, what a real caller reads off the screen; all it does goes over HTTP.
"""
