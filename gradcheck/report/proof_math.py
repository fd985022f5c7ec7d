"""Formulas and numbers of a proof as MathML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from markupsafe import Markup, escape

from gradcheck.proofs.values import number
from gradcheck.proofs.walk import Plain

_ELEMENTS = {"mrow", "mi", "mn", "mo", "mtext", "mfrac", "msub", "msup", "munder"}
_MOST = 8  # rows and columns of a matrix that are shown
_TOKEN = re.compile(r"\s+|[A-Za-z_]\w*|\d+|<=|=>|.")
_INDEXED = re.compile(r"([A-Za-z])(\d+|_[a-z])$")
_SIGNS = {"*": "·", "-": "−", "<=": "≤", "=>": "⇒", "<": "⟨", ">": "⟩"}
_LINES = re.compile(r";\s+|,\s\s+|,\s(?=or )|\s(?=and grad)")


def formula(mathml: str, text: str) -> Markup:
    """Return a formula of a walk, which may come from a file: its text where it holds anything but formulas."""
    try:
        found = ElementTree.fromstring(f"<mrow>{mathml}</mrow>")
    except ElementTree.ParseError:
        return _math(Markup("<mtext>{}</mtext>").format(text))
    plain = all(part.tag in _ELEMENTS and not set(part.attrib) - {"mathvariant"} for part in found.iter())
    for part in found.iter("mo"):
        if part.text in ("[", "]"):  # an index, which does not grow with what it is of
            part.set("stretchy", "false")
    # What has been read holds no markup but these elements: it is written anew.
    inner = Markup(ElementTree.tostring(found, encoding="unicode")) if plain else None
    return _math(inner if inner is not None else Markup("<mtext>{}</mtext>").format(text))


def values(value: Plain) -> Markup:
    """Return numbers as MathML: one number, or a matrix, of which a large one is cut."""
    return _math(_values(value))


def equation(text: str) -> list[Markup]:
    """Return what a proof claims, as it is written in a line of text, as lines of MathML."""
    return [_math(Markup("<mrow>{}</mrow>").format(_row(_tokens(line)))) for line in _LINES.split(text)]


def _math(inner: Markup) -> Markup:
    return Markup('<math displaystyle="true">{}</math>').format(inner)


def _values(value: Plain) -> Markup:
    if not isinstance(value, list):
        return _number(value)
    if not value or value == [[]]:
        return Markup("<mtext>no entries</mtext>")
    rows = value if isinstance(value[0], list) else [value]
    if isinstance(rows[0], list) and rows[0] and isinstance(rows[0][0], list):
        return Markup("<mo>,</mo>").join(map(_values, rows))
    shown = [_cells(row, "⋯") for row in rows[:_MOST]]
    if len(rows) > _MOST:
        shown.append([Markup("<mo>⋮</mo>")] * len(shown[0]))
    lines = Markup("").join(
        Markup("<mtr>{}</mtr>").format(Markup("").join(map(Markup("<mtd>{}</mtd>").format, row))) for row in shown
    )
    return Markup("<mrow><mo>[</mo><mtable>{}</mtable><mo>]</mo></mrow>").format(lines)


def _cells(row: Sequence[Plain], more: str) -> list[Markup]:
    cut = [Markup("<mo>{}</mo>").format(more)] if len(row) > _MOST else []
    return [*map(_number, row[:_MOST]), *cut]


def _number(value: Plain) -> Markup:
    text = number(value).replace("-", "−")
    if "/" in text:
        return Markup("<mfrac><mn>{}</mn><mn>{}</mn></mfrac>").format(*text.split("/", 1))
    digits, exponent, power = text.partition("e")
    if exponent and power[1:].isdecimal():
        power = power.replace("−0", "−").replace("+0", "").replace("+", "")
        return Markup("<mrow><mn>{}</mn><mo>·</mo><msup><mn>10</mn><mn>{}</mn></msup></mrow>").format(digits, power)
    return Markup("<mn>{}</mn>").format(text)


# --- what is claimed ---------------------------------------------------------------------------


def _tokens(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text.strip()) if not token.isspace()]


def _row(tokens: list[str]) -> Markup:
    """Return formulas side by side."""
    found: list[Markup] = []
    while tokens:
        if tokens[0] == "^" and found:
            tokens.pop(0)
            sign = tokens.pop(0) if tokens[0] == "-" else ""
            power = Markup("<mrow>{}{}</mrow>").format(Markup("<mo>−</mo>") if sign else "", _atom(tokens))
            found[-1] = Markup("<msup>{}{}</msup>").format(found[-1], power)
        else:
            found.append(_atom(tokens))
    return Markup("").join(found)


def _atom(tokens: list[str]) -> Markup:
    """Take one formula off the tokens: a name, a number, a sign, or all that parentheses hold."""
    token = tokens.pop(0)
    if token == "grad" and tokens[:1] == ["("]:
        return _gradient(_inside(tokens))
    if token == "(":
        tokens.insert(0, token)
        return Markup("<mrow><mo>(</mo>{}<mo>)</mo></mrow>").format(_row(_inside(tokens)))
    if token.isdecimal():
        return Markup("<mn>{}</mn>").format(token)
    if token[0].isalpha():
        return _name(token, called=tokens[:1] == ["("])
    return Markup('<mo stretchy="false">{}</mo>').format(_SIGNS.get(token, token))


def _name(token: str, *, called: bool) -> Markup:
    token = token.replace("loss", "L") if token in ("loss1", "loss2") else token
    if indexed := _INDEXED.fullmatch(token):
        letter, index = indexed.groups()
        return Markup("<msub><mi>{}</mi><mi>{}</mi></msub>").format(letter, index.lstrip("_"))
    if len(token) == 1 or called:
        return Markup("<mi>{}</mi>").format(token)
    return Markup("<mtext>\u00a0{}\u00a0</mtext>").format(token)


def _gradient(tokens: list[str]) -> Markup:
    """Return a gradient as a fraction; with nothing to differentiate by, as nabla of what is differentiated."""
    if "," not in tokens:
        return Markup("<mrow><mo>∇</mo><mo>(</mo>{}<mo>)</mo></mrow>").format(_row(tokens))
    comma = len(tokens) - 1 - tokens[::-1].index(",")
    of, by = tokens[:comma], tokens[comma + 1 :]
    form = "<mrow><mo>∂</mo>{}</mrow>" if len(of) == 1 else "<mrow><mo>∂</mo><mo>(</mo>{}<mo>)</mo></mrow>"
    below = Markup("<mrow><mo>∂</mo>{}</mrow>").format(_row(by))
    return Markup("<mfrac>{}{}</mfrac>").format(Markup(form).format(_row(of)), below)


def _inside(tokens: list[str]) -> list[str]:
    """Take a pair of parentheses off the tokens, and return what is between."""
    depth, taken = 0, []
    while tokens:
        token = tokens.pop(0)
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0:
            break
        taken.append(token)
    return taken[1:]


def in_words(text: str) -> Markup:
    """Return a text with its names of arrays set apart as code."""
    return Markup(re.sub(r"((?:trunk|head[12])/\d(?:/\w+)?|grad\([^()]*\))", r"<code>\1</code>", str(escape(text))))
