"""What a pasted table would do, line by line: pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from app.kit.errors import ConflictError


class LineState(StrEnum):
    """What taking a line would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


class Planned(Protocol):
    """A line with what taking it would do."""

    @property
    def state(self) -> LineState:
        """What taking it would do."""
        ...


Line = TypeVar("Line", bound=Planned)


@dataclass(frozen=True, slots=True)
class PastedPlan(Generic[Line]):
    """What all lines would do; with anything refused they do nothing."""

    lines: tuple[Line, ...]

    def count(self, state: LineState) -> int:
        """Return how many lines are in the state."""
        return sum(line.state is state for line in self.lines)

    @property
    def can_be_taken(self) -> bool:
        """Whether nothing is refused and there is something to do."""
        return not self.count(LineState.REFUSED) and bool(self.count(LineState.NEW) + self.count(LineState.CHANGED))


class PlanChangedError(ConflictError):
    """What was shown is not what would be done now; look at the report again."""

    code = "plan_changed"
