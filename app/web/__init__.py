"""The faces; the only code that knows Flask. Views parse, call one use case and show.

access   the gates: each blueprint says who may enter
edge     the session of a request, commit and retry, languages, headers
errors   errors of the business to pages
rates    how often one address may try something
site     home, sign-in, invitations, health, metrics
public   the respondent: survey and links
manage   staff: figures, callbacks and responses, and all that is set up
"""
