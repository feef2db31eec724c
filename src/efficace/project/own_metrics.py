"""Metrics of the company's own, beside the built-in ones."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from efficace.errors import ProjectError

if TYPE_CHECKING:
    from efficace.metrics.metric import Metric


def catalogue_of(folder: str | Path = ".") -> Mapping[str, Metric]:
    """Every metric by id: the built-in ones, and a project's own where the folder is one.

    Raises:
        ProjectError: If a file of its own metrics cannot be used, or declares an id that exists.
    """
    from efficace.metrics.catalogue import CATALOGUE

    own = _own_metrics(Path(folder) / "metrics", CATALOGUE)
    return {**CATALOGUE, **{metric.id: metric for metric in own}}


def _own_metrics(folder: Path, built_in: Mapping[str, Metric]) -> list[Metric]:
    from efficace.metrics.metric import Metric

    found: list[Metric] = []
    for path in sorted(folder.glob("*.py")):
        try:
            specification = importlib.util.spec_from_file_location(f"efficace_own_{path.stem}", path)
            assert specification is not None
            assert specification.loader is not None
            module = importlib.util.module_from_spec(specification)
            specification.loader.exec_module(module)
            declared = module.METRICS
        except AttributeError as error:
            raise ProjectError("{path}: declares no METRICS tuple ({error}).", path=path, error=error) from error
        except Exception as error:
            raise ProjectError(
                "{path}: cannot be used: {kind}: {error}", path=path, kind=type(error).__name__, error=error
            ) from error
        for metric in declared:
            if not isinstance(metric, Metric):
                raise ProjectError("{path}: METRICS holds {metric!r}, which is no Metric.", path=path, metric=metric)
            if metric.id in built_in or metric.id in {own.id for own in found}:
                raise ProjectError(
                    '{path}: a metric "{id}" exists already. Choose another id.', path=path, id=metric.id
                )
            found.append(metric)
    return found
