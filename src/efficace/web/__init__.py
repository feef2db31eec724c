"""The face in the browser: pages, the JSON API and the server that gives them out."""
