"""Response rates by the Standard Definitions of AAPOR, from counts of what became of each invitation. Pure.

Only a known sample has a response rate: people who walk up to a code have a share of forms finished, nothing more.
"""

from dataclasses import dataclass

from app.analytics.metrics import Figure, share
from app.analytics.suppression import MINIMUM


@dataclass(frozen=True, slots=True)
class Dispositions:
    """What became of the people asked, in AAPOR's letters: each is counted once.

    `interviews` (I) answered all that was required, `partials` (P) left required questions out. `refusals` (R) said no
    or broke off, `non_contacts` (NC) were reached by the message and kept silent, `others` (O) could not take part.
    Nobody knows whether the `unknown_households` (UH) and `unknown_others` (UO) were reached. The `ineligible` enter no
    rate.
    """

    interviews: int = 0
    partials: int = 0
    refusals: int = 0
    non_contacts: int = 0
    others: int = 0
    unknown_households: int = 0
    unknown_others: int = 0
    ineligible: int = 0

    @property
    def answered(self) -> int:
        """I + P."""
        return self.interviews + self.partials

    @property
    def asked(self) -> int:
        """Everybody who may have been eligible: the denominator of the response rates."""
        return self.reached + self.non_contacts + self.unknown_households + self.unknown_others

    @property
    def reached(self) -> int:
        """Those who are known to have been reached."""
        return self.answered + self.refusals + self.others


@dataclass(frozen=True, slots=True)
class ResponseRates:
    """The rates from 0 to 1, named as AAPOR names them."""

    rr1: Figure
    rr2: Figure
    contact: Figure
    cooperation: Figure
    refusal: Figure


def response_rates(counts: Dispositions, *, minimum: int = MINIMUM) -> ResponseRates:
    """Return RR1, RR2, CON1, COOP3 and REF1, each with its Wilson interval, hidden below `minimum` people.

    COOP3 leaves out those who could not take part: I / (I + P + R).
    """
    asked = counts.asked
    return ResponseRates(
        rr1=share(counts.interviews, asked, minimum=minimum),
        rr2=share(counts.answered, asked, minimum=minimum),
        contact=share(counts.reached, asked, minimum=minimum),
        cooperation=share(counts.interviews, counts.answered + counts.refusals, minimum=minimum),
        refusal=share(counts.refusals, asked, minimum=minimum),
    )
