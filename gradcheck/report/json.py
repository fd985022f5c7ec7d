"""What a program reads; `verify.schema.json` beside this file describes it."""

from __future__ import annotations

import json
import math
from typing import Any

from gradcheck.report.terminal import describe_violation
from gradcheck.results import Cell, Report
from gradcheck.training.judge import Coverage

FORMAT = "gradcheck-report"
VERSION = 1


def to_json(report: Report) -> str:
    """Return the report as JSON text."""
    return json.dumps(to_values(report), indent=1) + "\n"


def to_values(report: Report) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "environment": dict(report.environment),
        "graphs": report.graphs,
        "points": report.points,
        "redrawn": report.redrawn,
        "seconds": round(report.seconds, 3),
        "interrupted": report.interrupted,
        "exit_code": report.exit_code,
        "cells": [{"law": law, "engine": engine, **_cell(cell)} for (law, engine), cell in report.cells.items()],
        "coverage": [{"law": law, **_coverage(found)} for law, found in report.coverage.items()],
        "claims": [
            {"number": c.number, "sentence": c.sentence, "expected": c.expected, "found": c.found, "holds": c.holds}
            for c in report.claims
        ],
        "violations": [
            {"text": describe_violation(v), "path": str(v.path) if v.path else None, "witness": v.witness.to_json()}
            for v in report.violations
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "verdict": cell.verdict.value,
        "tested": cell.tested,
        "worst": cell.worst if math.isfinite(cell.worst) else None,
        "structural": cell.structural,
        "identities": cell.identities,
        "doubt_bits": cell.doubt_bits if cell.identities else None,
        "broken": cell.broken,
        "ill_conditioned": cell.ill_conditioned,
        "reasons": dict(cell.reasons),
        "errors": list(dict.fromkeys(cell.errors)),
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "found": coverage.found,
        "optimizers": sorted(coverage.covered),
        "known": [{"reason": why, "optimizers": sorted(names)} for why, names in sorted(coverage.known.items())],
        "missing": [{"optimizer": name, "reason": why} for name, why in sorted(coverage.missing.items())],
    }
