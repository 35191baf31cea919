"""The whole of `config/callbacks.yaml` and how it is loaded; pure but for reading the file."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.callbacks.rules.asking_back import AskingBackRules
from app.callbacks.rules.clocks import ChannelNorm, Hurry, Retries, Windows
from app.callbacks.rules.compensation import CompensationRules
from app.callbacks.rules.escalation import EscalationRules, LoadRules
from app.callbacks.rules.figures import FigureRules
from app.callbacks.rules.lists import MERGED, OTHER, SETTLED_ON_SITE, CauseRule, OutcomeRule
from app.callbacks.rules.phrases import Phrase
from app.callbacks.rules.words import Strict
from app.kit.errors import ConfigurationError
from app.kit.i18n import Language, say
from app.kit.yaml_files import parse_yaml, validate_yaml
from app.touchpoints.models import Channel


class CaseRules(Strict):
    """How cases are worked."""

    outcomes: list[OutcomeRule] = Field(min_length=1, description="How a case can end.")
    causes: list[CauseRule] = Field(min_length=1, description="What can lie behind a case.")
    norms: dict[Annotated[Channel, Field(strict=False)], ChannelNorm] = Field(
        default_factory=dict, description="By the channel of the call, chat or visit, in place of the clocks by score."
    )
    windows: Windows = Field(default_factory=Windows, description="The customer's windows of the day.")
    hurry: Hurry = Field(default_factory=Hurry, description="What makes a case more urgent.")
    retries: Retries = Field(default_factory=Retries, description="Ringing again after no answer.")
    compensation: CompensationRules = Field(description="What may be given for the trouble.")
    escalation: EscalationRules = Field(default_factory=EscalationRules, description="Who hears when a clock runs out.")
    load: LoadRules = Field(default_factory=LoadRules, description="How many cases are too many.")
    asking_back: AskingBackRules = Field(default_factory=AskingBackRules, description="The question after a case.")
    figures: FigureRules = Field(default_factory=FigureRules, description="How figures about cases are reckoned.")
    phrases: list[Phrase] = Field(default_factory=list, description="What to say.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in ("outcomes", "causes", "phrases"):
            keys = [item.key for item in getattr(self, name)]
            if len(keys) != len(set(keys)):
                raise ValueError(f"{name}: each key once")
        missing = {SETTLED_ON_SITE, MERGED} - {outcome.key for outcome in self.outcomes}
        if missing:
            raise ValueError(f"outcomes: {', '.join(sorted(missing))} must be among them; pages and merging use them")
        if self.find_cause(OTHER) is None:
            raise ValueError(f"causes: {OTHER} must be among them; merging uses it")
        unknown = {cause for phrase in self.phrases for cause in phrase.causes} - {cause.key for cause in self.causes}
        if unknown:
            raise ValueError(f"phrases: no cause is called {', '.join(sorted(unknown))}")
        return self

    def find_outcome(self, key: str | None) -> OutcomeRule | None:
        """Return the outcome with the key, or None: one that was taken off the list may still stand at old cases."""
        return next((outcome for outcome in self.outcomes if outcome.key == key), None)

    def find_cause(self, key: str | None) -> CauseRule | None:
        """Return the cause with the key, or None."""
        return next((cause for cause in self.causes if cause.key == key), None)

    def say_outcome(self, key: str, language: Language) -> str:
        """Return the outcome's label; the key itself for one that is not on the list any more."""
        outcome = self.find_outcome(key)
        return say(outcome.label, language) if outcome else key

    def say_cause(self, key: str, language: Language) -> str:
        """Return the cause's label; the key itself for one that is not on the list any more."""
        cause = self.find_cause(key)
        return say(cause.label, language) if cause else key


def load_case_rules(path: Path) -> CaseRules:
    """Return the rules of the file; raises ConfigurationError that names every mistake with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); it comes with the code") from error
    return validate_yaml(parse_yaml(content, path.name), CaseRules)
