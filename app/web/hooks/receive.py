"""POST /hooks/<channel>/<slug>: verified before anything is read, kept once, answered 200 before anything is done.

Whoever is refused learns nothing of why. What a gateway itself sent is always taken, even when we cannot read it:
gateways repeat what they get no yes to, and give up on hooks that keep saying no.
"""

import hmac

from flask import Blueprint, Response, jsonify, request

from app.kit.i18n import read_language
from app.kit.log import get_logger
from app.messaging.hooks import Hook
from app.messaging.inbound.events import Inbound, Started, UnreadableInboundError
from app.messaging.inbound.parsing import parse_inbound
from app.messaging.inbound.verifying import is_genuine
from app.messaging.models import MessagingChannel
from app.messaging.receiving import keep_inbound
from app.routing.replies import Reply
from app.web import edge
from app.web.access import Gate, gate
from app.web.rates import is_too_often

hooks = Blueprint("hooks", __name__)
# Gateways sign in with nothing: the slug and the signature are looked at here, request by request.
gate(hooks, Gate.PUBLIC)

_LOG = get_logger(__name__)
# Meta sends batches; everything else is a few hundred bytes.
_LARGEST = 1024 * 1024
# Wrong knocks of one address in a minute before it is told to wait; right ones are never counted.
_WRONG_KNOCKS = 30
_LONGEST_CHALLENGE = 200


@hooks.post("/hooks/<channel>/<slug>")
def receive(channel: str, slug: str) -> Response:
    """Keep what a gateway tells us; 404 for a wrong address, 403 for a wrong signature, 200 for all else."""
    edge.only_read()
    # Raw and first of all: a signature is over these bytes, and nobody waits for a slow sender inside a transaction.
    body = request.get_data(cache=False)
    hook = edge.wiring().hooks.find(channel, slug)
    if hook is None:
        return _refuse(404)
    if not is_genuine(hook, dict(request.headers), body, _public_address()):
        return _refuse(403, hook)
    try:
        events = parse_inbound(hook.gateway, body)
    except UnreadableInboundError as error:
        _LOG.warning("a gateway sent what cannot be read", gateway=hook.gateway, why=error.message, size=len(body))
        return _accept()
    if events:
        wired = edge.wiring()
        now = edge.now()
        kept = edge.write(lambda session: keep_inbound(session, wired.vault, hook, events, now=now))
        _LOG.debug("a gateway told us", gateway=hook.gateway, events=len(events), new=kept)
    return _welcome(hook, events) or _accept()


# A batch is larger than a respondent's form; the door reads it itself, before anything is begun.
edge.takes_file(receive, _LARGEST)


@hooks.get("/hooks/whatsapp/<slug>")
def confirm(slug: str) -> Response:
    """Give Meta's challenge back to whoever knows the word that was agreed on."""
    hook = edge.wiring().hooks.find("whatsapp", slug)
    if hook is None:
        return _refuse(404)
    said, challenge = request.args.get("hub.verify_token", ""), request.args.get("hub.challenge", "")
    right = hmac.compare_digest(hook.verify_token.encode(), said.encode("utf-8", "surrogatepass"))
    if not (hook.verify_token and right and request.args.get("hub.mode") == "subscribe"):
        return _refuse(403, hook)
    if not challenge.isalnum() or len(challenge) > _LONGEST_CHALLENGE:
        return _refuse(403, hook)
    return Response(challenge, mimetype="text/plain")


def _public_address() -> str:
    """Return the address as the gateway called it: a proxy in front of us changes scheme and host."""
    query = request.query_string.decode("latin-1")
    return edge.wiring().public_url + request.path + (f"?{query}" if query else "")


def _refuse(status: int, hook: Hook | None = None) -> Response:
    if hook is not None:
        _LOG.warning("a hook was called with a wrong signature", gateway=hook.gateway)
    if is_too_often("hook", per_minute=_WRONG_KNOCKS):
        status = 429
    return Response(status=status)


def _accept() -> Response:
    return Response("ok", mimetype="text/plain")


def _welcome(hook: Hook, events: list[Inbound]) -> Response | None:
    """Return Viber's one message to somebody who has opened the chat and written nothing yet: only this answer can
    carry it."""
    started = next((each.event for each in events if isinstance(each.event, Started)), None)
    if started is None or hook.channel is not MessagingChannel.VIBER:
        return None
    wired = edge.wiring()
    language = read_language(started.language) or wired.language
    words = wired.texts.render(edge.db(), Reply.WELCOME, hook.channel, language, {"company": wired.desk.company})
    return jsonify({"type": "text", "text": words, "sender": {"name": wired.desk.company[:28]}})
