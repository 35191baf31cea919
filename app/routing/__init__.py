"""What happens after the answer: the rules, and the one use case that joins responses, callbacks and review sites.

Words: a *policy* is `config/routing.yaml`, narrowed by a survey; a *next step* is what the page leads with and whether
a case is opened.

policy     the model of routing.yaml, pure
rules      choose(answer, policy) -> NextStep, pure
bands      which answers of a survey lie in which band, pure
desk       what the use cases are handed: policy, sites, words of consent, how to keep a number
explained  what each rating of a survey leads to, for people to read, pure
thresholds up to which rating a survey opens a case, and the teams for which that is too much
service    take_rating: the tap and what follows from it
single_use what an invitation's link shows to whom: the question, one's own answer, or that it was answered
invited    the answer to a single-use link, wherever it was given
known_person  whom we know to have answered, and whether they can be rung
raised     a case by hand, for a response that somebody read
read_and_raised  the same from the reading list, with the note that it was read
told_askers who asked for an improvement is told what came of it, and who cannot be
told_words the message that tells it
complaints a case without a rating, told by another system or written down by hand
elsewhere  ratings that were taken elsewhere
additions  open_page, extend_response, request_callback, decline_call, leave_for_site:
           what comes after
conversation  answers inside a channel: what comes in from a chat or as an SMS, to the use cases above
line, chat, chat_answers, spoken, heard   its parts: how we answer, what a chat is about, what a person says in it,
           words added to a comment, and what a few words mean (pure)
asked_back "did we settle it?" answered inside a channel
replies    what is said back, composed when it is sent
staff_notices, staff_digest, staff_composing  what a notice to staff says, from how things stand when it is sent
staff_chat what staff say and tap in their own chat, apart from what customers say

Knows everything below. Known by web, imports and demo.
"""
