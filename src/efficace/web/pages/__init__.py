"""The pages, a file each; the order is that of the routes."""

from efficace.web.pages import kpi, overview, sign_in

PAGES = (overview, kpi, sign_in)
