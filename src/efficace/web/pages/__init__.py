"""The pages, a file each; the order is that of the routes."""

from efficace.web.pages import chapters, kpi, overview, sign_in

PAGES = (overview, chapters, kpi, sign_in)
