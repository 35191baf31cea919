"""Tells whether somebody wishes for something, by phrases; pure."""

from collections.abc import Mapping, Sequence

from app.responses.phrases import Phrases, fold


class Recogniser:
    """Finds wishes by rules; `rules` are phrases by key, `exceptions` what only looks like a wish."""

    def __init__(self, rules: Mapping[str, Sequence[str]], exceptions: Sequence[str] = ()) -> None:
        self._rules = {key: Phrases(phrases) for key, phrases in rules.items()}
        self._exceptions = Phrases(exceptions)

    def find(self, text: str) -> str | None:
        """Return the key of the first rule that finds a wish in the text, or None."""
        words = self._exceptions.hide(fold(text))
        return next((key for key, phrases in self._rules.items() if phrases.are_in(words)), None)
