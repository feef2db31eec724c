"""The pages, a file each; the order is that of the routes."""

from efficace.web.pages import chapters, kpi, leads, overview, search, sign_in, views

PAGES = (overview, chapters, kpi, leads, search, views, sign_in)
