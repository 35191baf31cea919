"""The settings of the sources of public ratings. A part of `config.settings.Settings`.

Each source is off until its key is set.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from config.channels import Address, Line, Rate

_PerDay = Annotated[int, Field(ge=1, le=1_000_000)]


class RatingSettings(BaseModel):
    """By which interfaces the stars on review sites are asked for (docs/public-ratings.md); the prefix is `OTKLIK_`."""

    google_places_key: Line = Field(
        default="",
        repr=False,
        description="Google Maps: the key of a project with Places API (New). Empty: it is off.",
    )
    google_places_per_second: Rate = Field(
        default=5, description="Google Maps: questions a second at most, for each worker."
    )
    google_places_per_day: _PerDay = Field(
        default=1000,
        description="Google Maps: pages asked about in a day at most, a question each, which Google bills. Those left "
        "over come first the next day.",
    )
    google_places_url: Address = Field(
        default="https://places.googleapis.com", description="Google Maps: where its API answers."
    )
    twogis_key: Line = Field(
        default="",
        repr=False,
        description="2GIS: the key of its Places API, with `items.reviews` granted. Empty: it is off.",
    )
    twogis_per_second: Rate = Field(default=5, description="2GIS: questions a second at most, for each worker.")
    twogis_per_day: _PerDay = Field(default=5000, description="2GIS: pages asked about in a day at most.")
    twogis_url: Address = Field(default="https://catalog.api.2gis.com", description="2GIS: where its API answers.")
    trustpilot_key: Line = Field(
        default="",
        repr=False,
        description="Trustpilot: the API key of an account with the connect module. Empty: it is off.",
    )
    trustpilot_per_second: Rate = Field(
        default=2, description="Trustpilot: questions a second at most, for each worker."
    )
    trustpilot_per_day: _PerDay = Field(default=5000, description="Trustpilot: pages asked about in a day at most.")
    trustpilot_url: Address = Field(
        default="https://api.trustpilot.com", description="Trustpilot: where its API answers."
    )
