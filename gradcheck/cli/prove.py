"""``gradcheck prove``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcheck.cli.reports import check_reports
from gradcheck.cli.shared import clear_errors, console, progress
from gradcheck.errors import UsageError

if TYPE_CHECKING:
    from gradcheck.proofs.chapter import Book
    from gradcheck.proofs.walk import Walk


@dataclass(frozen=True)
class _Asked:
    """A proof, and on what it is to be shown."""

    name: str
    graph: str | None = None
    seed: int | None = None
    sizes: str | None = None


def prove(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Which proof; none lists them.", show_default=False)
    ] = None,
    graph: Annotated[
        str | None,
        typer.Option(
            metavar="GRAPH", help='Another graph, such as "trunk=dense head2=dense,dense wiring=parallel", or a file.'
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Numbers drawn at random, and the graph if none is given.")
    ] = None,
    sizes: Annotated[
        str | None, typer.Option(metavar="SIZES", help='Its sizes, such as "batch=2,embedding=3"; one number for all.')
    ] = None,
    break_: Annotated[bool, typer.Option("--break", help="Remove the premise, and see the claim fall.")] = False,
    engine: Annotated[list[str] | None, typer.Option("--engine", help="Only this engine; may be repeated.")] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the steps as JSON; - for stdout.")] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page to learn from; without NAME, of all proofs.")
    ] = None,
) -> None:
    """Walk through a proof: claim, picture, derivation, structure, numbers, and what would falsify it.

    Without options it is shown at the golden case, whose numbers can be followed by hand. With --seed, --graph
    or --sizes the same proof is shown on another graph, or at other numbers. What a GRAPH does not name is as
    the proof usually has it; a file holds a graph as JSON, or a witness.

    --html writes a page that needs no network: each claim with its premise and without, and a backward pass to
    step through in every wiring.

    Exit code: 0 the claim is shown, or with --break falls for the stated reason; 1 it is not so; 2 wrong usage;
    3 an engine failed.
    """
    with clear_errors():
        if name is None:
            _refuse_without_name(graph, seed, sizes, break_, json, None if html else engine)
            if html:
                raise typer.Exit(_write_all(html, engine or ()))
            _print_list()
            return
        asked = _Asked(name, graph, seed, sizes)
        if html:
            raise typer.Exit(_write_one(asked, engine or (), json, html, broken=break_))
        walk = _walk(asked, engine or (), json, broken=break_)
        _write(walk, json)
    raise typer.Exit(walk.exit_code)


def _refuse_without_name(*options: object) -> None:
    if any(options) or options[1] is not None:
        raise UsageError("options are of one proof: name it, as in gradcheck prove sum-rule")


def _walk(asked: _Asked, names: Sequence[str], json: Path | None, *, broken: bool) -> Walk:
    from gradcheck.proofs import proofs
    from gradcheck.proofs.asked import prove as run_prove
    from gradcheck.proofs.symbolic import load_sympy

    proof = proofs[asked.name]
    load_sympy()
    check_reports(json)
    with progress() as update:
        update(f"walking through {proof.name}", 0.5)
        return run_prove(
            asked.name, graph=asked.graph, seed=asked.seed, sizes=asked.sizes, without_premise=broken, engines=names
        )


def _write_all(html: Path, names: Sequence[str]) -> int:
    """Write the page of all proofs, and say whether all are as stated."""
    from gradcheck.proofs import in_order

    book = _book([_Asked(proof.name) for proof in in_order()], names, html)
    told = "all as stated:" if book.exit_code == 0 else "not all as stated: see"
    typer.echo(f"{len(book.chapters)} proofs, {told} {html}")
    return book.exit_code


def _write_one(asked: _Asked, names: Sequence[str], json: Path | None, html: Path, *, broken: bool) -> int:
    """Write the page of one proof, and print the form of it that is asked for."""
    book = _book([asked], names, html, json, opened=broken)
    chapter = book.chapters[0]
    _write(chapter.fallen if broken else chapter.walk, json)
    return book.exit_code


def _book(
    asked: Sequence[_Asked], names: Sequence[str], html: Path, json: Path | None = None, *, opened: bool = False
) -> Book:
    """Compute what a page shows, and write it; JSON, which is written later, is checked with it."""
    from gradcheck.engines import engines
    from gradcheck.files import write_whole
    from gradcheck.proofs import proofs
    from gradcheck.proofs.asked import choose_engines, find_setting
    from gradcheck.proofs.chapter import write_book
    from gradcheck.proofs.symbolic import load_sympy
    from gradcheck.report.proof_page import proof_page

    known = [(proofs[one.name], one) for one in asked]
    load_sympy()
    check_reports(json, html)
    with progress() as update:
        told = [(proof, find_setting(proof, one.graph, one.seed, one.sizes)) for proof, one in known]
        book = write_book(told, choose_engines(names) if names else tuple(engines), update)
        write_whole(html, proof_page(book, opened=opened))
    return book


def _write(walk: Walk, json: Path | None) -> None:
    from gradcheck.files import write_whole
    from gradcheck.report.proof import print_walk

    if json and str(json) == "-":
        typer.echo(_as_json(walk), nl=False)
        return
    if json:
        write_whole(json, _as_json(walk))
    print_walk(walk, console())


def _as_json(walk: Walk) -> str:
    from json import dumps

    return dumps(walk.to_json(), indent=1, ensure_ascii=False) + "\n"


def _print_list() -> None:
    from gradcheck.proofs import in_order
    from gradcheck.report.proof import print_proofs

    print_proofs(in_order(), console())
