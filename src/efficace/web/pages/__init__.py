"""The pages, a file each; the order is that of the routes."""

from efficace.web.pages import chapters, data, kpi, leads, overview, reps, search, settings, sign_in, team, views

PAGES = (overview, chapters, data, kpi, leads, reps, search, settings, views, team, sign_in)
