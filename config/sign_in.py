"""The settings of how staff sign in. A part of `config.settings.Settings`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from app.accounts.company_provider import is_issuer


def _issuer(value: str) -> str:
    if value and not is_issuer(value):
        raise ValueError("write the provider's https address as its documentation gives it, without a query")
    return value


class SignInSettings(BaseModel):
    """Second factors and the company's own sign-in (docs/signing-in.md); every name has the prefix `OTKLIK_`."""

    second_factor: Literal["optional", "admins", "everyone"] = Field(
        default="optional",
        description="Who must show two things to come in: nobody must, `admins`, or `everyone`. Whoever must and has "
        "no second factor is let in to set one up, and to nothing else.",
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = Field(
        default="",
        description="The company's own sign-in (OpenID Connect): its issuer, such as "
        "https://login.example.kz/realms/staff. Empty: there is none. Register the address "
        "`<base URL>/sign-in/company/back` with it.",
    )
    oidc_client_id: str = Field(default="", description="The company's own sign-in: our client id.")
    oidc_client_secret: str = Field(
        default="",
        repr=False,
        description="The company's own sign-in: our client secret. Empty: a public client (PKCE is always used).",
    )
    oidc_name: str = Field(
        default="", max_length=40, description="The name on its button, such as `Example ID`. Empty: the company's."
    )
    oidc_required: bool = Field(
        default=False,
        description="Whether everybody has to use it. Only administrators of the whole company keep password and "
        "passkey, with a second factor, for the day when it does not answer.",
    )
    oidc_second_factor: Literal["always", "when_told", "never"] = Field(
        default="when_told",
        description="Whether it counts as two things shown: `always`, `when_told` (its `amr` says so), or `never`.",
    )

    @model_validator(mode="after")
    def _whole_sign_in(self) -> "SignInSettings":
        problems = []
        if self.oidc_issuer and not self.oidc_client_id:
            problems.append("OTKLIK_OIDC_CLIENT_ID: missing, OTKLIK_OIDC_ISSUER needs it")
        problems.extend(
            f"OTKLIK_OIDC_ISSUER: missing, OTKLIK_{name.upper()} needs it"
            for name in ("oidc_client_id", "oidc_client_secret", "oidc_required")
            if getattr(self, name) and not self.oidc_issuer
        )
        if problems:
            raise ValueError("\n  ".join(problems))
        return self
