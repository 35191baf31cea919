"""Telling staff: what concerns them, by the way each chose, outside quiet hours, one by one or in a digest.

models    what somebody is told, how they want to be told, their Telegram chat
quiet     quiet hours and the minute of a digest, by the clock on the wall; pure
choosing  by which ways which kind is told, and what may wait for a digest; pure
wishes    how each wants to be told, read with its defaults
saving    somebody says how they want to be told
telling   write notices, to be sent when they are due
outcomes  what became of them, and the list of the last ones
chats     link a Telegram chat, read it to write to it, unlink it
former    tell somebody at the e-mail address that was theirs until a moment ago
taps      what a button carries, and the proof that it is ours; pure
words     the words, from `config/notices.yaml`

What a notice says is put together above, in `routing` (staff_composing); the worker sends it (`jobs.notices`).
"""
