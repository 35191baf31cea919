"""A company's own sign-in on this machine: an OpenID Connect provider, as honest as a test wants it."""
