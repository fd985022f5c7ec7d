"""Pages that lie in the repository's top folder, and links that lead out of docs/."""

from __future__ import annotations

from site_pages.places import GENERATED, TOP, write_if_changed

PAGES = ("CHANGELOG.md", "CONTRIBUTING.md")
# What a link leads to in the repository, and on the site.
LINKS = {
    "](../README.md)": "](index.md)",
    "](../examples)": "](examples.md)",
    "](../CONTRIBUTING.md": "](contributing.md",
    "](../../CONTRIBUTING.md": "](../contributing.md",
    "[docs/none](none)": "`docs/none`",
}


def write_elsewhere() -> None:
    """Write the pages of the top folder where a page of docs/ includes them."""
    for name in PAGES:
        text = (
            (TOP / name)
            .read_text(encoding="utf-8")
            .replace("](docs/", "](")
            .replace("](CHANGELOG.md", "](changelog.md")
        )
        write_if_changed(GENERATED / name.lower(), text)


def relink(text: str) -> str:
    """Return a page whose links lead to pages of the site."""
    for found, wanted in LINKS.items():
        text = text.replace(found, wanted)
    return text
