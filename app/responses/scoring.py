"""From a tapped value to its band and its score; pure."""

from dataclasses import dataclass

from app.surveys.definition import Band, QuestionType

# The first and last value of each scale whose distance means something.
_SCALES = {QuestionType.RATING5: (1, 5), QuestionType.NPS: (0, 10), QuestionType.CES7: (1, 7)}


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the bands lie, in the raw units of the question."""

    happy_at_least: int
    unhappy_at_most: int

    def band(self, rating: int) -> Band:
        """Return the band of a rating."""
        if rating >= self.happy_at_least:
            return Band.HAPPY
        return Band.UNHAPPY if rating <= self.unhappy_at_most else Band.NEUTRAL


def score(question_type: QuestionType, rating: int) -> float | None:
    """Return the rating on 0-100, or None for questions whose options have no order."""
    if question_type not in _SCALES:
        return None
    low, high = _SCALES[question_type]
    return round(100 * (rating - low) / (high - low), 2)


def scale_style(question_type: QuestionType) -> str:
    """Return how the scale was shown; styles are not interchangeable, so each answer keeps its own."""
    if question_type == QuestionType.RATING5:
        return "faces"
    return "numbers" if question_type in _SCALES else "options"
