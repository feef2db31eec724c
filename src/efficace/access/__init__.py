"""Who may see what: one table of rights, the least group, the log of views; the same guard for pages, API, exports."""

from efficace.access.rights import RIGHTS, Forbidden, Reader, Right, allowed, reader_of, require

__all__ = ["RIGHTS", "Forbidden", "Reader", "Right", "allowed", "reader_of", "require"]
