"""Text and values from data, made harmless before they enter a page."""

from __future__ import annotations

import html as html_text
import json
import re
import unicodedata

_TEMPLATE_REFERENCES = {ord(character): f"&#{ord(character)};" for character in "`\\${}"}
_SCRIPT_ESCAPES = {character: f"\\u{ord(character):04x}" for character in "<>&'`\u2028\u2029"}
_TEMPLATE_OPENING = re.compile(r"\{(?=[{%#])")  # JSON itself has none: only texts do


def escape_text(text: str) -> str:
    """Make a text from data safe in HTML, also inside a JavaScript template literal.

    Folium writes pop-ups as template literals, where a backtick ends the text, ``${`` runs code and
    a backslash can spell any of them: these become character references too, and braces with them,
    which templates of the page would read. Control characters become spaces.

    Parameters
    ----------
    text
        As it was read.

    Returns
    -------
    escaped
        Shows the same text in an element or in a quoted attribute.
    """
    printable = "".join(
        " " if unicodedata.category(character) == "Cc" else character for character in text
    )
    return html_text.escape(printable, quote=True).translate(_TEMPLATE_REFERENCES)


def json_for_script(value: object) -> str:
    """Write a value as JSON that can stand inside a script element.

    Parameters
    ----------
    value
        What `json.dumps` takes; keys keep their order.

    Returns
    -------
    text
        JSON without anything that could end the script, an attribute or a template literal, or
        that a page template (Jinja) would read.

    Raises
    ------
    ValueError
        If a number is NaN or infinite: JSON has no word for it.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        message = f"not a JSON value: {error}"
        raise ValueError(message) from error
    for character, escape in _SCRIPT_ESCAPES.items():  # ten times as fast as one translation
        text = text.replace(character, escape)
    return _TEMPLATE_OPENING.sub(r"\\u007b", text)
