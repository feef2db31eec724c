"""Companies with planted truth: any size, written fast, the same for the same seed."""

from efficace.simulate.company import simulate
from efficace.simulate.settings import SimulationSettings
from efficace.simulate.truth import DirtyRows, Planted, Truth

__all__ = ["DirtyRows", "Planted", "SimulationSettings", "Truth", "simulate"]
