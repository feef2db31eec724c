"""The pages, a file each; the order is that of the routes."""

from efficace.web.pages import (
    chapters,
    data,
    health,
    kpi,
    kpi_files,
    kpi_notes,
    kpi_opened,
    leads,
    overview,
    reps,
    search,
    settings,
    sign_in,
    team,
    tokens,
    views,
)

PAGES = (
    overview,
    chapters,
    data,
    health,
    kpi,
    kpi_files,
    kpi_notes,
    kpi_opened,
    leads,
    reps,
    search,
    settings,
    views,
    team,
    tokens,
    sign_in,
)
