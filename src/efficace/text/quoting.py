"""What a person wrote in a mail, without the earlier mails quoted below or between."""

from __future__ import annotations

import re

from efficace.text import LIMIT
from efficace.text.passage import fold

_LONGEST_LINE = 400
"""Characters of a line that are looked at; a marker is shorter."""
_WRAPPED = 3
"""Lines over which a mail program may wrap 'Le ... a écrit :'."""

_MARKER = re.compile(
    r"(?:le|on) \S[^\n]{3,200} (?:a ecrit|wrote) ?:?"
    r"|\S[^\n]{0,120}<[^<>\s]{3,80}>,? (?:a ecrit|wrote) ?:?"
    r"|-{2,} ?(?:original message|forwarded message|message d'origine|message original|message transfere|message suivi"
    r"|mail original|transfere par [^\n]{0,120}|forwarded by [^\n]{0,120}|reply message|message de)[^\n]{0,60}"
    r"|message du \d[^\n]{4,60}"
    r"|(?:debut du message|begin forwarded message|message transfere)[^\n]{0,20}"
)
_ALL_BELOW = re.compile(r"message du \d")
"""Opens an earlier mail of which only the heading is marked line by line."""
_DEVICE = re.compile(r"(?:envoye (?:de|depuis) mon|sent from my|obtenez outlook|get outlook|envoye a partir d)\b")
_FORWARDED = re.compile(r"transfere|forwarded|reexpedi")
_FROM = re.compile(r"(?:de|from|expediteur|von) ?:\s*\S")
_HEADER = re.compile(
    r"(?:de|from|expediteur|a|to|destinataires?|cc|copie a|date|sent|envoye(?: le)?|objet|subject|reply-to|repondre a"
    r"|importance|pieces? jointes?|attachments?) ?:"
)
_TAG = re.compile(r"<(/?[a-z][a-z0-9]{0,14})(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_IS_HTML = re.compile(r"</(?:p|div|span|a|td|b|font|html|body)>|<br ?/?>", re.IGNORECASE)
_QUOTED_HTML = re.compile(
    r"<blockquote[\s>]|<[^<>]{1,200}(?:class=.?gmail_quote|id=.?(?:divRplyFwdMsg|appendonsend))", re.IGNORECASE
)
SIGNS = (
    r"[<>]|\bwrote\b|\becrit\b|original|origine\b|forwarded|transfere|reply\s+message|message\s+(?:de|du|suivi)"
    r"|envoye (?:de|a)|sent from|outlook|\b(?:de|from|expediteur|von) ?:"
)
"""What every earlier mail, tag or mark of a device has, folded; a text without it is its writer's own throughout."""
_NEW_LINE = ("br", "/p", "/div", "/li", "/tr", "/h1", "/h2", "/h3", "p", "li", "tr")


def own_text(body: str) -> str:
    """Blank out what the writer did not write: earlier mails, lines marked ``>``, 'sent from my phone', HTML tags.

    A mail that was only passed on, with nothing written above it, is read itself, without its heading.

    Returns:
        A text of the same length (of a body longer than ``LIMIT`` its beginning), so that every place in it is the same
        place in the body.
    """
    kept = _without_tags(body[:LIMIT])
    lines = kept.splitlines(keepends=True)
    folded = [fold(line[:_LONGEST_LINE]).lstrip("> ") for line in lines]
    marked = [line.lstrip().startswith(">") for line in lines]
    return "".join(line if own else _blank(line) for line, own in zip(lines, _own_lines(folded, marked), strict=True))


def _own_lines(folded: list[str], marked: list[bool]) -> list[bool]:
    """Which lines the writer wrote."""
    own = [False] * len(folded)
    is_wrapped = _wrapped_quotes(folded, marked)
    number, has_text = 0, False
    while number < len(folded):
        length, is_forward = _marker(folded, number)
        if length:
            rest = number + length
            is_passed_on = is_forward and not has_text
            is_between = not _ALL_BELOW.match(folded[number]) and _next_is_marked(folded, marked, rest)
            if not (is_passed_on or is_between):
                break
            number = rest
            continue
        own[number] = not (marked[number] or is_wrapped[number] or _DEVICE.match(folded[number]))
        has_text = has_text or (own[number] and bool(folded[number]))
        number += 1
    return own


def _marker(folded: list[str], number: int) -> tuple[int, bool]:
    """Number of lines that the heading of an earlier mail takes here, 0 = none; whether it says 'forwarded'."""
    if not folded[number]:
        return 0, False
    joined = ""
    for length, line in enumerate(folded[number : number + _WRAPPED], 1):
        joined = f"{joined} {line}".strip()
        if _MARKER.fullmatch(joined):
            return length + _header_lines(folded, number + length), bool(_FORWARDED.search(joined))
        if not line:
            break
    headers = _header_lines(folded, number)
    return (headers, True) if headers and _FROM.match(folded[number]) else (0, False)


def _header_lines(folded: list[str], first: int) -> int:
    """Lines of a block 'De : ... Date : ... Objet : ...' with at least three headings, blank lines before included."""
    number, seen, last = first, 0, first
    while number < len(folded) and number - last <= _WRAPPED:
        if _HEADER.match(folded[number]):
            seen, last = seen + 1, number + 1
        number += 1
    return last - first if seen >= 3 else 0


def _next_is_marked(folded: list[str], marked: list[bool], number: int) -> bool:
    """Whether the quoted mail is marked line by line, so that what is not marked may be an answer below."""
    following = next((at for at in range(number, len(folded)) if folded[at] or marked[at]), None)
    return following is not None and marked[following]


def _wrapped_quotes(folded: list[str], marked: list[bool]) -> list[bool]:
    """Lines that a mail program broke off a quoted one: text without mark right between two marked lines."""
    return [
        0 < number < len(folded) - 1 and bool(line) and marked[number - 1] and marked[number + 1] and not marked[number]
        for number, line in enumerate(folded)
    ]


def _without_tags(text: str) -> str:
    if not _IS_HTML.search(text):
        return text
    quoted = _QUOTED_HTML.search(text)
    if quoted:
        text = text[: quoted.start()] + " " * (len(text) - quoted.start())
    return _TAG.sub(lambda match: _tag_space(match.group(1).lower(), len(match.group())), text)


def _tag_space(name: str, length: int) -> str:
    return ("\n" if name in _NEW_LINE else " ") + " " * (length - 1)


def _blank(line: str) -> str:
    return "".join(letter if letter in "\r\n" else " " for letter in line)
