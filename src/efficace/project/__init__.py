"""A project folder opened: what every face and every notebook calls."""

from efficace.project.answers import ShownAnswer
from efficace.project.folder import Project, begin_project, open_project
from efficace.project.own_metrics import catalogue_of

__all__ = ["Project", "ShownAnswer", "begin_project", "catalogue_of", "open_project"]
