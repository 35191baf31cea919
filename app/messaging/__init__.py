"""What we send to people and how: messages, the texts they are made of, and the gateways that carry them.

Words: a *message* is one text to one person; a *messaging channel* is what it travels by (SMS, e-mail, Telegram,
WhatsApp, Viber); a *gateway* is one provider's account that carries a channel; a *receipt* is what a gateway says
later about a message.

models    message, gateway health, what came in from outside
service   queue a message, end one that nobody needs any more
content   what a message says, made anew at each try
gateway   the protocol that every gateway fulfils, and how it refuses
sending   before the gateway is called, and after: what stops a message and what is written of it
retries   what follows when a gateway refuses; decides on plain values
breaker   when a gateway is left alone, and which carries the next message; pure
health    how gateways fare, for all workers
lost      messages that fell out of the queue, and those that have served
registry  which gateways carry which channel, first and second
texts     the words of messages by language, from `config/messages.yaml` and changed by staff
placeholders  what may stand in braces in them, by key; pure
wording   staff change the words, and go back to the file's
segments  how many SMS a text takes and what it costs; pure
pausing   the kill switch, for the company or a unit with all below it
figures   what waits, what was taken, what failed and why
listing   the list of messages, and one with all that happened to it; masking hides most of an address
resending  send again by hand what was not sent
hooks     where gateways knock, and what proves that it is they
inbound   what they tell us, verified and read, a file a provider; pure
receiving  kept once each, for the worker
receipts  what became of a message; states only go forwards

http      one bounded call to a gateway's API; `watch` ends it in time, `refusals` tell its codes as ours

One file a gateway: smsc, mobizon, twilio, smtp, telegram, whatsapp, viber, console (needs no account).

Knows contacts, accounts, organisation, kit; never who is asked or why. Known by invitations and above.
"""
