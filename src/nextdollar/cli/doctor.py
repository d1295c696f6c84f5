"""`nextdollar doctor`: what is installed, missing or stale. Looks only at this machine."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from nextdollar.catalogue import accelerators, fitted_laws, price_rows
from nextdollar.cli.console import print_object, print_result
from nextdollar.errors import EXIT_BAD_INPUT, EXIT_DONE

EXTRAS = {
    "ledger": (("ibis", "duckdb", "genai_prices"), "reading usage logs and bills"),
    "web": (("fastapi", "uvicorn", "sqlalchemy", "alembic"), "the web app"),
    "pdf": (("typst",), "reports as PDF"),
    "dask": (("dask", "distributed"), "draws on a Dask cluster"),
    "ray": (("ray",), "draws on a Ray cluster"),
    "spark": (("pyspark",), "draws on a Spark cluster"),
}
_NEEDED = ("numpy", "scipy", "pydantic", "ruamel.yaml", "typer", "rich", "altair", "vl-convert-python",
           "jinja2", "joblib")  # fmt: skip
_STALE_DAYS = 183
_LEAST_FREE_BYTES = 200e6


def run_doctor(*, as_json: bool) -> int:
    """Print the findings; exit code 2 if something that every command needs is missing."""
    rows = doctor()
    is_well = not any(row["state"] == "missing" and row["kind"] == "needed" for row in rows)
    if as_json:
        print_object({"schema": "nextdollar.doctor/1.0", "is_well": is_well, "findings": rows})
    else:
        width = max(len(row["what"]) for row in rows)
        head = "All that is needed is here." if is_well else "Something that is needed is missing."
        lines = [f"  {row['state']:<8} {row['what']:<{width}}  {row['detail']}" for row in rows]
        following = "nextdollar demo" if is_well else "python -m pip install --force-reinstall nextdollar"
        print_result("\n".join([head, "", *lines, "", f"next: {following}"]))
    return EXIT_DONE if is_well else EXIT_BAD_INPUT


def doctor() -> list[dict[str, Any]]:
    """Return what was found, one row a thing: kind, what, state (ok, missing, stale, note), detail."""
    return [*_installation(), *_extras(), *_machine(), *_catalogue()]


def _row(kind: str, what: str, state: str, detail: str) -> dict[str, Any]:
    return {"kind": kind, "what": what, "state": state, "detail": detail}


def _installation() -> list[dict[str, Any]]:
    python_is_new = sys.version_info >= (3, 11)
    rows = [
        _row("needed", "nextdollar", "ok", version("nextdollar")),
        _row("needed", "Python", "ok" if python_is_new else "missing", platform.python_version()),
    ]
    for name in _NEEDED:
        try:
            rows.append(_row("needed", name, "ok", version(name)))
        except PackageNotFoundError:
            rows.append(_row("needed", name, "missing", f"python -m pip install {name}"))
    return rows


def _extras() -> list[dict[str, Any]]:
    rows = []
    for name, (modules, what) in EXTRAS.items():
        lacking = [module for module in modules if find_spec(module) is None]
        state = "note" if lacking else "ok"
        detail = f"not installed; for {what}, and no verb needs it yet" if lacking else what
        rows.append(_row("extra", f"extra {name}", state, detail))
    return rows


def _machine() -> list[dict[str, Any]]:
    here = os.getcwd()
    free_bytes = shutil.disk_usage(here).free
    writable = os.access(here, os.W_OK)
    mark = locale.localeconv().get("decimal_point", ".")
    scratch = tempfile.gettempdir()
    reports = "reports can be written here" if writable else "use --out with another folder"
    scratch_ok = os.access(scratch, os.W_OK)
    disk_ok = free_bytes > _LEAST_FREE_BYTES
    decimals = f"decimal mark {mark!r}; nextdollar reads and writes a point everywhere"
    today = f"{datetime.now(UTC):%Y-%m-%d} UTC, used for the age of prices only"
    return [
        _row("machine", "folder writable", "ok" if writable else "note", reports),
        _row("machine", "disk", "ok" if disk_ok else "note", f"{free_bytes / 1e9:.1f} GB free here"),
        _row("machine", "scratch folder", "ok" if scratch_ok else "note", "temporary files"),
        _row("machine", "processors", "ok", f"{os.cpu_count()} for --workers"),
        _row("machine", "locale", "ok", decimals),
        _row("machine", "clock", "ok", today),
        _row("machine", "telemetry", "ok", "none; no command opens a network connection"),
    ]


def _catalogue() -> list[dict[str, Any]]:
    newest = max(row.valid_from for row in price_rows())
    age_days = (datetime.now(UTC).date() - newest).days
    state = "stale" if age_days > _STALE_DAYS else "ok"
    return [
        _row("catalogue", "accelerators", "ok", ", ".join(accelerators())),
        _row("catalogue", "laws", "ok", ", ".join(fitted_laws())),
        _row(
            "catalogue", "prices", state, f"newest is of {newest}, {age_days} days ago; state your own price"
        ),
    ]
