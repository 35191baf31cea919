"""What the respondents said: started by one tap, extended by one optional form, never refused.

Words: a *response* is `SurveyResponse`; its *rating* is what was tapped, its *score* the same on 0–100; *via* is where
it was answered; *suspect* marks a burst, a replay, a scanner or a too-fast answer, which is kept and shown apart.

scoring  from a tapped value to band and score, pure
flags    what makes a response suspect, pure
phrases  finds phrases in what people write, pure
forms    the signed token of a form: one page shown is at most one response
statements  the hot path's SQL, composed once
models   survey_response, response_answer, rating_change, device_answer
service  start, change, extend, find
retention  when how an answer came in is forgotten
reading  who read what, and what was done about it
topics   what comments are about

One tap is one response, and the database says so: `form_hash` is unique (the same form sent a hundred times) and
`device_answer` has one row a device and touchpoint (two tabs). Knows touchpoints, surveys and below. Known by routing.
"""
