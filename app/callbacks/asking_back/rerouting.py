"""A message that found nobody: the question goes on by another address of the person, as an invitation does."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.callbacks.asking_back.asking import ask_elsewhere
from app.callbacks.rules.case_rules import CaseRules
from app.invitations.desk import AskDesk
from app.invitations.rerouting import reroute
from app.messaging.models import Message, MessagePurpose


def reroute_message(session: Session, message: Message, now: datetime, *, desk: AskDesk, rules: CaseRules) -> bool:
    """Queue what the message asked in the next channel that reaches the person, and tell whether there is one."""
    if message.purpose == MessagePurpose.ASKED_BACK:
        return ask_elsewhere(session, message, rules=rules, desk=desk, now=now)
    return reroute(session, message, now, desk=desk) is not None
