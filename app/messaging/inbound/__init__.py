"""What gateways tell us, from the bytes of a request to typed events; pure.

events     receipt, tap, text, started, blocked, and how they are kept
verifying  whether the gateway itself sent the bytes
reading    shapes of JSON and forms that anybody may have typed
parsing    which gateway speaks which shape

One file a provider: smsc, mobizon, twilio, telegram, whatsapp, viber. A parser returns events or raises
UnreadableInboundError, whatever it is fed.
"""
