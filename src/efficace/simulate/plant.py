"""Lists what was planted beside what chance made of it."""

from __future__ import annotations

from efficace.simulate.customers import (
    BURST_FAMILY,
    burst_on,
)
from efficace.simulate.leads import REVIEW_SITE, SOURCES
from efficace.simulate.market import FAMILIES
from efficace.simulate.plant_leads import lead_facts
from efficace.simulate.plant_sales import sales_facts
from efficace.simulate.rows import rep_id
from efficace.simulate.stages import STALL
from efficace.simulate.truth import Planted
from efficace.simulate.world import World


def planted_facts(world: World) -> tuple[Planted, ...]:
    """All planted facts of a company."""
    return (*lead_facts(world), *sales_facts(world))


def faults(world: World) -> dict[str, dict[str, str]]:
    """The planted faults by name; empty where none were planted."""
    habits, people = world.habits, world.people
    if not habits.burst:
        return {}
    found = {
        "fast_closer": {
            "rep": rep_id(habits.fast_closer),
            "what": "wins fast and often; the customers leave and say why",
        },
        "slow_responder": {"rep": rep_id(habits.slow_responder), "what": "answers late, and three leads in ten never"},
        "quitter": {"rep": rep_id(habits.quitter), "what": "gives up after one or two attempts"},
        "unwatched_source": {"source": SOURCES[REVIEW_SITE], "what": "leads that hardly anyone answers"},
        "cancellation_burst": {
            "family": FAMILIES[BURST_FAMILY],
            "from_on": burst_on(world.settings).isoformat(),
            "what": "monthly subscribers leave after outages",
        },
    }
    found["stalling_stage"] = {
        "team": f"TEAM-{people.regions[habits.stall_team].key}",
        "stage": "Proposal",
        "what": f"deals of the team spend {STALL:g} times the share of their time there",
    }
    if habits.crowded != habits.idle:
        found["crowded_territory"] = {"territory": f"TER-{people.places[habits.crowded].key}", "what": "too many leads"}
        found["idle_territory"] = {"territory": f"TER-{people.places[habits.idle].key}", "what": "too few leads"}
    return found
