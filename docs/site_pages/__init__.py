"""Pages of the site that nobody writes: the command line's, the proofs', and those that lie outside of docs/."""

from __future__ import annotations

import inspect
import re
from typing import Any

from docutils import nodes
from sphinx.util.docstrings import prepare_docstring

from site_pages.commands import write_commands
from site_pages.elsewhere import relink, write_elsewhere
from site_pages.proofs import write_proofs


def setup(app: Any) -> dict[str, bool]:
    """Connect to Sphinx: what is made is made before the sources are looked for."""
    app.add_config_value("gradcheck_proofs", "all", "env")
    app.connect("config-inited", _write_all)
    app.connect("source-read", _relink_page)
    app.connect("autodoc-process-signature", _show_signature)
    app.connect("doctree-read", _name_attributes)
    app.connect("autodoc-process-docstring", _mend_docstring, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write_all(_app: Any, config: Any) -> None:
    write_elsewhere()
    write_commands()
    write_proofs(config.gradcheck_proofs)


def _relink_page(_app: Any, _docname: str, source: list[str]) -> None:
    source[0] = relink(source[0])


def _show_signature(
    _app: Any, what: str, name: str, documented: Any, _options: Any, signature: str | None, returns: str | None
) -> tuple[str, str | None] | None:
    """Show no signature of what nobody calls, such as protocols and enumerations, and defaults as Python."""
    if signature is None:
        return None
    is_called = not getattr(documented, "_is_protocol", False) and not hasattr(documented, "__members__")
    if what == "class" and not (is_called and _is_made(name, signature)):
        return "", None
    return signature.replace("<factory>", "..."), returns


def _is_made(name: str, signature: str) -> bool:
    """Whether a class is one of the public names, and made from no private parts."""
    return name.count(".") == 1 and not re.search(r"\b_\w+:", signature)


def _name_attributes(_app: Any, doctree: nodes.document) -> None:
    """Call attributes what the docstrings call them."""
    for name in doctree.findall(nodes.field_name):
        if name.astext() == "Variables":
            name.replace_self(nodes.field_name("", "Attributes"))


def _mend_docstring(_app: Any, what: str, _name: str, documented: Any, _options: Any, lines: list[str]) -> None:
    """Undo what napoleon takes for a type in a property's sentence, and keep the last letter of ``from_``."""
    if what == "property" and not re.search(r"^\w+:$", inspect.getdoc(documented) or "", re.MULTILINE):
        lines[:] = prepare_docstring(documented.__doc__ or "")
    lines[:] = [re.sub(r"^:param (\w+)_:", r":param \1\\_:", line) for line in lines]
