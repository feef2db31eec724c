"""Names and addresses of accounts and contacts, made from their numbers a column at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from efficace.simulate.cells import Cells, texts, words
from efficace.simulate.draws import Ints
from efficace.simulate.market import Accounts, Contacts, legal_forms
from efficace.simulate.names import FIRST_NAMES, INDUSTRIES, LAST_NAMES, ROOTS_BACK, ROOTS_FRONT, TITLES
from efficace.simulate.people import People, plain

GROUPS = ("", " Group", " Europe", " International", " & Sons", " Holding", " West", " North", " One", " Direct")


@dataclass(frozen=True)
class Directory:
    """Looks up the text that belongs to numbers of accounts and contacts."""

    people: People
    accounts: Accounts
    contacts: Contacts

    def company(self, account: Ints) -> Cells:
        """Names such as ``Norvale Logistics``, without the legal form."""
        root, word, group, _ = self._name_parts(account)
        return pc.binary_join_element_wise(
            words(_roots(), root), " ", words(_second_words(), word), words(GROUPS, group), ""
        )

    def legal_name(self, account: Ints) -> Cells:
        forms = legal_forms(self.accounts)
        flat = sorted({form for choices in forms for form in choices})
        table = np.array([[flat.index(choices[k % len(choices)]) for k in range(12)] for choices in forms])
        code = table[self.accounts.town[account], self.accounts.name[account] % 12]
        suffix = words([f" {form}" if form else "" for form in flat], code)
        return pc.binary_join_element_wise(self.company(account), suffix, "")

    def domain(self, account: Ints) -> Cells:
        """Addresses under ``.example``, which nobody can own."""
        root, word, group, again = self._name_parts(account)
        slugs = [plain(name).replace("&", "and").replace("--", "-") for name in GROUPS]
        number = [str(k) if k else "" for k in range(int(again.max(initial=0)) + 1)]
        return pc.binary_join_element_wise(
            words([plain(name) for name in _roots()], root), "-",
            words([plain(name) for name in _second_words()], word),
            words(slugs, group), words(number, again), ".example", "",
        )  # fmt: skip

    def _name_parts(self, account: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        number, industry = self.accounts.name[account], self.accounts.industry[account]
        roots, per_industry = len(ROOTS_FRONT) * len(ROOTS_BACK), len(INDUSTRIES[0][2])
        scattered = number * 7_919
        root, rest = scattered % roots, number // roots
        word, rest = industry * per_industry + rest % per_industry, rest // per_industry
        return root, word, rest % len(GROUPS), rest // len(GROUPS)

    def first_name(self, contact: Ints) -> Cells:
        return words(_all(FIRST_NAMES, self.people), self._first(contact))

    def full_name(self, contact: Ints) -> Cells:
        last = words(_all(LAST_NAMES, self.people), self._last(contact))
        return pc.binary_join_element_wise(self.first_name(contact), " ", last, "")

    def mail(self, contact: Ints) -> Cells:
        first = words([plain(name) for name in _all(FIRST_NAMES, self.people)], self._first(contact))
        last = words([plain(name) for name in _all(LAST_NAMES, self.people)], self._last(contact))
        domain = self.domain(self.contacts.account[contact])
        return pc.binary_join_element_wise(first, ".", last, "@", domain, "")

    def title(self, contact: Ints) -> Cells:
        both = [*TITLES["en"], *TITLES["fr"]]
        return words(both, self.contacts.title[contact] + len(TITLES["en"]) * self.contacts.french[contact])

    def city(self, account: Ints) -> Cells:
        return words([town[2] for town in self.accounts.towns], self.accounts.town[account])

    def region(self, account: Ints) -> Cells:
        return words([place.name for place in self.people.places], self.accounts.territory[account])

    def _team(self, contact: Ints) -> Ints:
        return self.people.place_team[self.accounts.territory[self.contacts.account[contact]]]

    def _first(self, contact: Ints) -> Ints:
        return _in_list(FIRST_NAMES, self.people, self._team(contact), self.contacts.first[contact])

    def _last(self, contact: Ints) -> Ints:
        return _in_list(LAST_NAMES, self.people, self._team(contact), self.contacts.last[contact])


def _roots() -> list[str]:
    return [front + back for front in ROOTS_FRONT for back in ROOTS_BACK]


def _second_words() -> list[str]:
    return [word for _, _, choices in INDUSTRIES for word in choices]


def _all(lists: dict[str, tuple[str, ...]], people: People) -> list[str]:
    return [name for region in people.regions for name in lists[region.key]]


def _in_list(lists: dict[str, tuple[str, ...]], people: People, team: Ints, number: Ints) -> Ints:
    sizes = np.array([len(lists[region.key]) for region in people.regions])
    starts = np.cumsum(sizes) - sizes
    return np.asarray(starts[team] + number % sizes[team], dtype=np.int64)


def product_names() -> Cells:
    """Display name of every product, subscriptions first."""
    from efficace.simulate.market import FAMILIES, GOODS, TIERS

    seats = [f"Orvane {family} {tier}" for family in FAMILIES for tier in TIERS]
    return texts(
        [*seats, *(f"Orvane {good.name}" if good.key.startswith(("EDGE", "SENS")) else good.name for good in GOODS)]
    )
