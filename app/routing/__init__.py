"""What happens after the answer: the rules, and the one use case that joins responses, callbacks and review sites.

Words: a *policy* is `config/routing.yaml`, narrowed by a survey; a *next step* is what the page leads with and whether
a case is opened.

policy     the model of routing.yaml, pure
rules      choose(answer, policy) -> NextStep, pure
bands      which answers of a survey lie in which band, pure
desk       what the use cases are handed: policy, sites, words of consent, how to keep a number
explained  what each rating of a survey leads to, for people to read, pure
service    take_rating: the tap and what follows from it
single_use what an invitation's link shows to whom: the question, one's own answer, or that it was answered
known_person  whom we know to have answered, and whether they can be rung
additions  open_page, extend_response, request_callback, decline_call, leave_for_site:
           what comes after

Knows everything below. Known by web, imports and demo.
"""
