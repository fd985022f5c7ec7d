"""How Sphinx makes the site; CONTRIBUTING.md has the command."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parent))

project = "gradcheck"
author = "gradcheck maintainers"
copyright = author
version = release = importlib.metadata.version("gradcheck")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "site_pages"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_generated", "none", "trophies", "site_pages"]

# Headings are linked to as GitHub links to them, so that a page's links work in both places.
myst_heading_anchors = 3
myst_enable_extensions = ["fieldlist"]

default_role = "code"
nitpicky = True
# Types of other projects are named, and not linked: a build needs no network.
nitpick_ignore_regex = [
    (r"py:.*", r"(collections|concurrent|numpy|pathlib|typing|hypothesis)\..*"),
    # Types that a signature names and the reference leaves out, and type variables.
    (r"py:class", r"gradcheck(\.\w+)+\.[A-Z]\w*"),
    # Words within a `Literal`.
    (r"py:class", r"'\w+'"),
]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_use_rtype = False
napoleon_use_ivar = True
python_maximum_signature_line_length = 88
python_display_short_literal_types = True
add_module_names = False

html_theme = "furo"
html_title = "gradcheck"
html_static_path = ["_static"]
html_extra_path = ["_generated/pages"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
pygments_style = "default"
pygments_dark_style = "github-dark"
# Output of a terminal is no program.
highlight_language = "none"
