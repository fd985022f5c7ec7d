"""How a page looks in a browser: whether it fits, and whether its text can be read."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

Open = Callable[..., Page]


def listen(page: Page, told: list[str], own: str) -> None:
    """Write down whatever a page logs, raises or asks for, besides itself."""
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: request.url == own or told.append(request.url))


def overflow(page: Page) -> int:
    """Return by how much a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def hard_to_read(page: Page) -> list[str]:
    """Return texts that contrast too little with what is behind them."""
    return page.evaluate(_CONTRAST)


_CONTRAST = """() => {
  const light = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = (c) => { const [r, g, b] = c.map(light); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const words = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
    if (e.closest("svg") || !e.checkVisibility() || !words) continue;
    const colours = [parse(getComputedStyle(e).color).slice(0, 3), behind(e)];
    const [a, b] = colours.map(luminance).sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(e.tagName + " " + e.className + ": " + e.textContent.slice(0, 40));
  }
  return poor;
}"""
