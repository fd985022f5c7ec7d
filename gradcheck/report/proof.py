"""What a person reads of a proof: its six steps in a terminal, each fact with a mark and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from gradcheck.proofs.values import laid_out
from gradcheck.proofs.views import KINDS, Quantity, by_engine, gathered, gathered_reasons, quantities, verdict
from gradcheck.proofs.walk import Derivation, Fact, Falsification, Numbers, Picture, Shown, Structure, Walk
from gradcheck.report.proof_plot import plot

if TYPE_CHECKING:
    from gradcheck.proofs import Proof

_LANES = {"starts": "●", "carries": "▲", "cut": "✕", "none": "·"}
_LANE_STYLES = {"starts": "green", "carries": "green", "cut": "red", "none": "dim"}
_LANE_WORDS = {
    "starts": "its gradient starts here",
    "carries": "its gradient passes back",
    "cut": "its gradient is cut",
    "none": "no path",
}
_KIND_STYLES = {"connected": "green", "blocked": "red", "independent": "dim", "unused": "dim"}
_INDENT, _NUMBERS = 2, 6
_LEGEND = "✓ TensorFlow has exactly these numbers   · it has no such tensor"


def print_proofs(proofs: Sequence[Proof], console: Console) -> None:
    """Print the table of proofs."""
    table = Table(title="Proofs", title_justify="left", header_style="bold", row_styles=["", "on grey7"])
    table.add_column("name", no_wrap=True, style="bold")
    table.add_column("what it shows")
    for proof in proofs:
        table.add_row(proof.name, escape(proof.claim))
    console.print(table)
    console.print(
        "gradcheck prove NAME walks through one; --break removes its premise; --seed N takes another graph.",
        style="dim",
    )


def print_walk(walk: Walk, console: Console) -> None:
    """Print a proof, step by step, and whether it is as stated."""
    console.print(Rule(f"[bold]{escape(walk.title)}[/]", align="left"))
    _claim(walk, console)
    _heading(2, "Picture", console)
    _picture(walk.picture, console)
    _heading(3, "Derivation", console)
    _derivation(walk.derivation, console)
    _heading(4, "Structure, read from the traced graph", console)
    _structure(walk.structure, console)
    _heading(5, "Numbers", console)
    _numbers(walk.numbers, console, broken=walk.broken)
    _heading(6, "What would falsify it", console)
    _falsification(walk.falsification, console, broken=walk.broken)
    _closing(walk, console)


def _heading(number: int, words: str, console: Console) -> None:
    console.print(f"\n[bold]{number}  {words}[/]")


def _lay(console: Console, body: Text | Table, *, indent: int = _INDENT) -> None:
    """Print something that wraps below itself, with no blanks at the ends of its lines."""
    options = console.options.update(width=console.width - indent)
    for segments in console.render_lines(body, options, pad=False):
        line = Text(" " * indent)
        for segment in segments:
            line.append(segment.text, segment.style)
        line.rstrip()
        console.print(line, soft_wrap=True)


def _beside(console: Console, mark: str, text: str) -> None:
    """Print a mark, or a name, and beside it text that wraps below itself."""
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(mark, text)
    _lay(console, line)


def _put(console: Console, text: Text | str, *, indent: int = _INDENT, style: str = "") -> None:
    """Print text that wraps below itself."""
    body = Text.from_markup(text) if isinstance(text, str) else text
    body.stylize(style)
    _lay(console, body, indent=indent)


# --- 1 and 2 -----------------------------------------------------------------------------------


def _claim(walk: Walk, console: Console) -> None:
    _heading(1, "Claim", console)
    _put(console, escape(walk.claim))
    _put(console, escape(walk.equation), indent=4, style="bold")
    if walk.broken:
        _beside(console, "[red]✕[/]", f"[red]premise removed:[/] {escape(walk.removal)}")
    else:
        _beside(console, "[green]✓[/]", f"[green]premise:[/] {escape(walk.premise)}")
    sizes = ", ".join(f"{axis}={size}" for axis, size in walk.setting["point"]["sizes"].items())
    name = f"{walk.setting['name']}{', without its premise' if walk.broken else ''}"
    _put(console, escape(f"at {name}: {_graph(walk.setting['graph'])}; {sizes}"), style="dim")


def _graph(graph: Mapping[str, object]) -> str:
    """Describe a graph as `--graph` takes it."""
    parts = ((name, ",".join(value) if isinstance(value, list) else str(value)) for name, value in graph.items())
    return " ".join(f"{name}={value}" for name, value in parts if value or name != "trunk")


def _picture(picture: Picture, console: Console) -> None:
    """Print the operations from the embedding down, with a lane for each loss's gradient on its way up."""
    table = Table(box=None, show_header=True, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("operation", no_wrap=True)
    table.add_column("variables", overflow="fold")
    for loss in picture.losses:
        table.add_column(loss, justify="center", no_wrap=True)
    for place, row in enumerate(picture.rows):
        lanes = (f"[{_LANE_STYLES[row.lanes[loss]]}]{_LANES[row.lanes[loss]]}[/]" for loss in picture.losses)
        label = f"{_branch(picture, place)}{row.label}"
        table.add_row(escape(label), escape(", ".join(row.variables)), *lanes)
    _lay(console, table)
    used = {lane for row in picture.rows for lane in row.lanes.values()}
    _put(console, "   ".join(f"{_LANES[lane]} {_LANE_WORDS[lane]}" for lane in _LANES if lane in used), style="dim")


def _branch(picture: Picture, place: int) -> str:
    """Return the strokes before an operation: a corner where it branches off, a bar where a branch runs past it."""
    strokes: list[str] = []
    at = place
    while (parent := picture.rows[at].parent) >= 0:
        siblings = [i for i, row in enumerate(picture.rows) if row.parent == parent]
        if len(siblings) > 1:
            last = at == siblings[-1]
            corner, bar = ("└─ ", "   ") if last else ("├─ ", "│  ")
            strokes.append(corner if at == place else bar)
        at = parent
    return "".join(strokes[::-1])


# --- 3 and 4 -----------------------------------------------------------------------------------


def _derivation(derivation: Derivation, console: Console) -> None:
    for line in derivation.lines:
        _line(line, console)
    if derivation.lines:
        _put(console, _LEGEND, style="dim")
    _facts(derivation.facts, console)
    if derivation.remark:
        _put(console, escape(derivation.remark))


def _line(line: Shown, console: Console) -> None:
    mark = "[dim]·[/]" if line.found is None and line.holds else "[green]✓[/]" if line.holds else "[bold red]✕[/]"
    style = "bold" if line.concludes else "default"
    _beside(console, mark, f"[{style}]{escape(line.text)}[/]  [dim]{escape(line.why)}[/]")
    _put(console, Text(laid_out(line.value, console.width - _NUMBERS)), indent=_NUMBERS)
    if not line.holds:
        found = "no gradient" if line.found is None else laid_out(line.found, console.width - _NUMBERS - 15)
        space = "\n" if "\n" in found else " "
        _put(console, Text(f"TensorFlow has{space}{found}"), indent=_NUMBERS, style="red")


def _structure(structure: Structure, console: Console) -> None:
    variables = list(next(iter(structure.kinds.values()), {}))
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("variable", overflow="fold")
    for loss in structure.kinds:
        table.add_column(loss, no_wrap=True)
    for name in variables:
        kinds = (structure.kinds[loss][name] for loss in structure.kinds)
        table.add_row(escape(name), *(f"[{_KIND_STYLES[kind]}]{KINDS[kind]} {kind}[/]" for kind in kinds))
    if variables:
        _lay(console, table)
    for ends, steps in structure.paths.items():
        _beside(console, f"[dim]{escape(ends)}:[/]", f"[dim]{escape(' > '.join(steps))}[/]")
    _facts(structure.facts, console)


# --- 5 -----------------------------------------------------------------------------------------


def _numbers(numbers: Numbers, console: Console, *, broken: bool) -> None:
    for quantity in quantities(numbers):
        _reading(quantity, console)
    names, shared, single = by_engine(numbers)
    if shared:
        console.print()
        _lay(console, _by_engine(names, shared))
    for facts in shared.values():
        fallen = [fact for fact in facts.values() if not fact.holds]
        if fallen:
            words = f"{escape(fallen[0].statement)}\n{escape(fallen[0].by)}: {escape(fallen[0].found)}"
            _beside(console, "[red]✕[/]", f"[red]{words}[/]")
    _facts(single, console)
    if numbers.curves:
        console.print()
        _lay(console, Text(plot(numbers.curves, console.width - 6)))
    if numbers.remark:
        _put(console, escape(numbers.remark))
    if broken and any(fact.concludes and not fact.holds for fact in numbers.facts):
        _put(console, "✕ is what falls without the premise; all else must hold", style="dim")


def _reading(quantity: Quantity, console: Console) -> None:
    for who, values in quantity.values:
        _put(console, f"[bold]{escape(quantity.name)}[/]  [dim]{who}[/]")
        _put(console, Text("absent" if values is None else laid_out(values, console.width - _NUMBERS)), indent=_NUMBERS)


def _by_engine(engines: Sequence[str], shared: Mapping[str, Mapping[str, Fact]]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("on every engine", overflow="fold")
    for engine in engines:
        table.add_column(engine, justify="center", no_wrap=True)
    for statement, facts in shared.items():
        table.add_row(escape(statement), *(_mark(facts.get(engine)) for engine in engines))
    return table


def _mark(fact: Fact | None) -> str:
    if fact is None:
        return "[dim]-[/]"
    return "[green]✓[/]" if fact.holds else "[bold red]✕[/]"


# --- 6 and the end -----------------------------------------------------------------------------


def _falsification(step: Falsification, console: Console, *, broken: bool) -> None:
    _put(console, escape(step.by))
    _facts(step.facts, console)
    if broken:
        _put(console, "Without the premise there is nothing left to falsify: see what falls above.", style="dim")
    elif step.command:
        _put(console, f"To try harder: {escape(step.command)}", style="dim")


def _facts(facts: Iterable[Fact], console: Console) -> None:
    for fact in gathered(facts):
        mark = _mark(fact)
        words = fact.found if fact.found not in ("", fact.statement) else ""
        by = f" [dim]({escape(fact.by)})[/]" if fact.by else ""
        _beside(console, mark, f"{escape(fact.statement)}{f': {escape(words)}' if words else ''}{by}")


def _closing(walk: Walk, console: Console) -> None:
    console.print()
    for fact in walk.wrong if not walk.as_stated else ():
        _put(console, f"[bold red]✕ {escape(fact.statement)}[/]: {escape(fact.found)}", indent=0)
    word, sentence = verdict(walk)
    hint = "" if walk.broken or not walk.as_stated else " With --break, see it fall."
    _put(console, f"[bold {'green' if walk.as_stated else 'red'}]{word}.[/] {escape(sentence)}{hint}", indent=0)
    for statement, names in gathered_reasons(walk).items():
        _beside(console, "[green]✓[/]", f"{escape(statement)} [dim]({escape(names)})[/]")
