"""The people we ask or ring: how to reach them, encrypted, and what they agreed to.

Words: a *contact* is a person as far as we can reach them; a *consent* is one agreement to one purpose, with its
version, language, time, way and the hash of the very text that was shown.

consents  the texts and their versions, pure
models    contact, consent, suppression
service   find or add a contact by an address, record and withdraw a consent, reveal a number
suppression  who must not be written to: people who said stop, and staff
addresses  a messenger's chat becomes somebody's, moves on, or is forgotten
links     the tokens that a person's messages carry: to stop, and to go on in Telegram

Numbers and addresses are AES-256-GCM under `kit.crypto.Vault` and found by a keyed blind index, never stored plain.
Knows organisation and kit. Known by callbacks and above.
"""
