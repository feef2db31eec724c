"""The regions that the invented company sells in: countries, cities, zones, hours and days off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Town = tuple[str, str, str, float]
"""Country, region, city, weight inside its territory."""


@dataclass(frozen=True)
class Place:
    """A territory and the towns of its accounts."""

    key: str
    name: str
    towns: tuple[Town, ...]


@dataclass(frozen=True)
class Region:
    """Where one team works.

    Attributes:
        week: Opening hours of each weekday (1 = Monday), several intervals allowed.
        days_off: Month and day of the public holidays that never move.
        salary: Factor on pay.
    """

    key: str
    name: str
    area: str
    timezone: str
    week: Mapping[int, tuple[tuple[str, str], ...]]
    days_off: tuple[tuple[int, int], ...]
    phone: str
    salary: float
    places: tuple[Place, ...]


def _week(
    *hours: tuple[str, str], friday: tuple[tuple[str, str], ...] | None = None
) -> dict[int, tuple[tuple[str, str], ...]]:
    return {day: (friday or hours) if day == 5 else hours for day in range(1, 6)}


REGIONS: tuple[Region, ...] = (
    Region(
        "FR", "France", "EMEA", "Europe/Paris", _week(("09:00", "12:30"), ("13:30", "18:00")),
        ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)), "+33 1 99 00 1", 1.0,
        (
            Place("FR-IDF", "Île-de-France", (("FR", "Île-de-France", "Paris", 5),
                                              ("FR", "Île-de-France", "Nanterre", 2),
                                              ("FR", "Île-de-France", "Versailles", 1))),
            Place("FR-SE", "France South-East", (("FR", "Auvergne-Rhône-Alpes", "Lyon", 4),
                                                 ("FR", "Auvergne-Rhône-Alpes", "Grenoble", 2),
                                                 ("FR", "Provence-Alpes-Côte d'Azur", "Marseille", 3),
                                                 ("FR", "Provence-Alpes-Côte d'Azur", "Nice", 1))),
            Place("FR-W", "France West", (("FR", "Pays de la Loire", "Nantes", 3), ("FR", "Bretagne", "Rennes", 2),
                                          ("FR", "Nouvelle-Aquitaine", "Bordeaux", 3),
                                          ("FR", "Occitanie", "Toulouse", 3))),
        ),
    ),
    Region(
        "UK", "UK & Ireland", "EMEA", "Europe/London", _week(("09:00", "17:30")),
        ((1, 1), (12, 25), (12, 26)), "+44 20 7946 0", 1.05,
        (
            Place("UK-LSE", "London & South East", (("GB", "England", "London", 6), ("GB", "England", "Reading", 2),
                                                    ("GB", "England", "Brighton", 1))),
            Place("UK-N", "UK North & Scotland", (("GB", "England", "Manchester", 3), ("GB", "England", "Leeds", 2),
                                                  ("GB", "Scotland", "Edinburgh", 2),
                                                  ("GB", "Scotland", "Glasgow", 1))),
            Place("UK-IE", "Ireland", (("IE", "Leinster", "Dublin", 4), ("IE", "Munster", "Cork", 1))),
        ),
    ),
    Region(
        "DACH", "DACH", "EMEA", "Europe/Berlin", _week(("08:30", "17:30"), friday=(("08:30", "15:00"),)),
        ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26)), "+49 30 23125 ", 1.1,
        (
            Place("DE-N", "Germany North", (("DE", "Hamburg", "Hamburg", 3), ("DE", "Berlin", "Berlin", 4),
                                            ("DE", "Nordrhein-Westfalen", "Köln", 2))),
            Place("DE-S", "Germany South", (("DE", "Bayern", "München", 4), ("DE", "Baden-Württemberg", "Stuttgart", 3),
                                            ("DE", "Bayern", "Nürnberg", 1))),
            Place("CH-AT", "Switzerland & Austria", (("CH", "Zürich", "Zürich", 3), ("CH", "Genève", "Genève", 2),
                                                     ("CH", "Vaud", "Lausanne", 1), ("AT", "Wien", "Wien", 3))),
        ),
    ),
    Region(
        "NA", "North America", "Americas", "America/New_York", _week(("08:30", "17:30")),
        ((1, 1), (7, 4), (11, 11), (12, 25)), "+1 212 555 0", 1.35,
        (
            Place("US-E", "US East", (("US", "New York", "New York", 4), ("US", "Massachusetts", "Boston", 2),
                                      ("US", "Georgia", "Atlanta", 2))),
            Place("US-W", "US West", (("US", "California", "San Francisco", 3), ("US", "Washington", "Seattle", 2),
                                      ("US", "Colorado", "Denver", 1))),
            Place("CA", "Canada", (("CA", "Québec", "Montréal", 3), ("CA", "Ontario", "Toronto", 3))),
        ),
    ),
    Region(
        "NORTH", "Benelux & Nordics", "EMEA", "Europe/Amsterdam", _week(("08:30", "17:00")),
        ((1, 1), (4, 27), (12, 25), (12, 26)), "+31 85 888 8", 1.05,
        (
            Place("NL", "Netherlands", (("NL", "Noord-Holland", "Amsterdam", 3), ("NL", "Zuid-Holland", "Rotterdam", 2),
                                        ("NL", "Utrecht", "Utrecht", 1))),
            Place("BE", "Belgium", (("BE", "Bruxelles", "Bruxelles", 3), ("BE", "Vlaanderen", "Antwerpen", 2),
                                    ("BE", "Wallonie", "Liège", 1))),
            Place("NORD", "Nordics", (("SE", "Stockholm", "Stockholm", 3), ("DK", "Hovedstaden", "København", 2),
                                      ("SE", "Västra Götaland", "Göteborg", 1))),
        ),
    ),
    Region(
        "SOUTH", "Iberia & Italy", "EMEA", "Europe/Madrid", _week(("09:00", "14:00"), ("15:30", "18:30")),
        ((1, 1), (1, 6), (5, 1), (8, 15), (12, 8), (12, 25)), "+34 91 123 4", 0.85,
        (
            Place("ES", "Spain", (("ES", "Comunidad de Madrid", "Madrid", 3), ("ES", "Cataluña", "Barcelona", 3),
                                  ("ES", "Comunitat Valenciana", "Valencia", 1))),
            Place("IT", "Italy", (("IT", "Lombardia", "Milano", 3), ("IT", "Lazio", "Roma", 2),
                                  ("IT", "Piemonte", "Torino", 1))),
            Place("PT", "Portugal", (("PT", "Lisboa", "Lisboa", 2), ("PT", "Norte", "Porto", 1))),
        ),
    ),
)  # fmt: skip

CURRENCIES = {"GB": "GBP", "US": "USD", "CA": "USD", "CH": "CHF"}
"""Invoiced in another currency than the euro."""

CONTACT_ZONES = {
    "FR": "Europe/Paris", "GB": "Europe/London", "IE": "Europe/Dublin", "DE": "Europe/Berlin", "CH": "Europe/Zurich",
    "AT": "Europe/Vienna", "US": "America/New_York", "CA": "America/Toronto", "NL": "Europe/Amsterdam",
    "BE": "Europe/Brussels", "SE": "Europe/Stockholm", "DK": "Europe/Copenhagen", "ES": "Europe/Madrid",
    "IT": "Europe/Rome", "PT": "Europe/Lisbon",
}  # fmt: skip

FRENCH_SPEAKING = {"FR": 1.0, "BE": 0.5, "CH": 0.4, "CA": 0.35}

NIGHT_SHIFT = dict.fromkeys(range(1, 6), (("00:00", "06:00"), ("22:00", "24:00")))
NIGHT_DAYS_OFF = ((1, 1), (12, 25))
CHRISTMAS_EVE = (12, 24, "09:00", "12:00")
