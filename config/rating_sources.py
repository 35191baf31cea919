"""Puts the sources of public ratings together from the settings: those whose key is set."""

from app.review_sites.catalogue import Site
from app.review_sites.public_ratings.google_places import GooglePlaces
from app.review_sites.public_ratings.sources import RatingSource, RatingSources
from app.review_sites.public_ratings.trustpilot import Trustpilot
from app.review_sites.public_ratings.twogis import TwoGis
from config.settings import Settings


def build_rating_sources(settings: Settings) -> RatingSources:
    """Return the sources by site; none without a key."""
    sources: dict[Site, RatingSource] = {}
    if settings.google_places_key:
        sources[Site.GOOGLE] = GooglePlaces(
            settings.google_places_url,
            settings.google_places_key,
            settings.google_places_per_second,
            settings.google_places_per_day,
        )
    if settings.twogis_key:
        sources[Site.TWOGIS] = TwoGis(
            settings.twogis_url, settings.twogis_key, settings.twogis_per_second, settings.twogis_per_day
        )
    if settings.trustpilot_key:
        sources[Site.TRUSTPILOT] = Trustpilot(
            settings.trustpilot_url,
            settings.trustpilot_key,
            settings.trustpilot_per_second,
            settings.trustpilot_per_day,
        )
    return RatingSources(sources)
