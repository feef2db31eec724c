"""Which groups to hide: those too small, and those that would give a hidden one away by subtraction.

Complementary suppression as in Hundepool et al. (2012), Statistical Disclosure Control, section 4.2, kept simple: each
line of the table (all cells that differ in one place only) hides nobody, or at least two groups that are no small group
together, or everything that is not known anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping

Place = tuple[Hashable, ...]
People = frozenset[str]


def is_small(people: People, known: People, least: int) -> bool:
    """Whether a group's figure tells about single persons.

    Args:
        known: Persons whose own figures the reader may see, and could subtract.
        least: Persons that a group must have; without the reader, one fewer.
    """
    unknown = people - known
    return bool(unknown) and (len(people) < least or len(unknown) < least - 1)


def hidden(groups: Mapping[Place, People], known: People, least: int) -> frozenset[Place]:
    """The places of a table to hide.

    Args:
        groups: Who is behind each place; all places are of the same length.
    """
    found = {place for place, people in groups.items() if is_small(people, known, least)}
    lines = list(_lines(groups))
    is_settled = False
    while not is_settled:
        more = {place for line in lines for place in _more(line, found, groups, known, least)}
        is_settled = more <= found
        found |= more
    return frozenset(found)


def _lines(groups: Mapping[Place, People]) -> Iterator[list[Place]]:
    """Places that differ in one coordinate only: their sum can be asked."""
    lines: dict[tuple[int, Place], list[Place]] = defaultdict(list)
    for place in groups:
        for axis in range(len(place)):
            lines[axis, place[:axis] + place[axis + 1 :]].append(place)
    yield from lines.values()


def _more(
    line: list[Place], found: set[Place], groups: Mapping[Place, People], known: People, least: int
) -> list[Place]:
    """Further places that a line must hide, smallest groups first."""
    gone = [place for place in line if place in found]
    left = sorted((p for p in line if p not in found and groups[p] - known), key=lambda p: (len(groups[p]), repr(p)))
    while gone and left and not _is_safe(gone, groups, known, least):
        gone.append(left.pop(0))
    return gone


def _is_safe(gone: list[Place], groups: Mapping[Place, People], known: People, least: int) -> bool:
    together = frozenset[str]().union(*(groups[place] for place in gone))
    return len(gone) > 1 and not is_small(together, known, least)
