"""What we send to people and how: messages, the texts they are made of, and the gateways that carry them.

Words: a *message* is one text to one person; a *messaging channel* is what it travels by (SMS, e-mail, Telegram,
WhatsApp, Viber); a *gateway* is one provider's account that carries a channel; a *receipt* is what a gateway says
later about a message.

models    message, gateway health, what came in from outside
service   queue a message, end one that nobody needs any more
content   what a message says, made anew at each try
gateway   the protocol that every gateway fulfils, and how it refuses
registry  which gateways carry which channel, first and second
texts     the words of messages by language, from `config/messages.yaml` and changed by staff

One file a gateway: smsc, mobizon, twilio, smtp, telegram, whatsapp, viber, console (needs no account).

Knows contacts, accounts, organisation, kit; never who is asked or why. Known by invitations and above.
"""
