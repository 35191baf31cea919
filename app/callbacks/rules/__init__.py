"""`config/callbacks.yaml`, the desk's own rules, a module for each of its parts; pure.

case_rules    the whole file and how it is loaded
words         texts by language
lists         outcomes and causes
clocks        norms by channel, what hurries a case, the plan of retries
compensation  kinds and who may give how much
escalation    when somebody further up hears, and how much a person can work
asking_back   the question after a case
figures       how figures about cases are reckoned
phrases       what to say, in the customer's language
"""
