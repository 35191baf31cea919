"""Texts by language, as the files of `config/` carry them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.kit.i18n import Language

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
# In all four languages: what staff choose from must be readable to each of them.
Label = Annotated[
    dict[
        Annotated[Language, Field(strict=False)],
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)],
    ],
    Field(min_length=len(Language)),
]


class Strict(BaseModel):
    """A part of the file: no key that we do not know, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
