"""The pages, a file each; the order is that of the routes."""

from efficace.web.pages import chapters, kpi, leads, overview, search, sign_in, team, views

PAGES = (overview, chapters, kpi, leads, search, views, team, sign_in)
