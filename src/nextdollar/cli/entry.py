"""The outermost edge: every way a command can end becomes an exit code and one message."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from nextdollar.errors import (
    EXIT_BAD_INPUT,
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_OUR_FAULT,
    DomainError,
    NextdollarError,
    OutputError,
)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # The matrices of a fit are 5 by 5: threads of a BLAS library only spin, at ten times the CPU time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("MKL_NUM_THREADS", "1")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; return 0 done, 2 bad input, 3 no answer, 70 our fault, 130 interrupted."""
    # Libraries are imported by the command that needs them, so that --help stays fast.
    from nextdollar.cli.app import app
    from nextdollar.cli.console import use_utf8

    use_utf8()
    as_json = "--json" in arguments
    try:
        code = app(args=list(arguments), prog_name="nextdollar", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else EXIT_DONE
    except DomainError as error:
        # Scenarios are checked before anything is worked out, so this one slipped through.
        return _other(error, as_json=as_json)
    except NextdollarError as error:
        from nextdollar.cli.console import show_error

        show_error(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        print("\ninterrupted; nothing was changed half-way", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return EXIT_DONE
    except OSError as error:
        _silence_stdout()
        from nextdollar.cli.console import show_error

        where = error.filename if error.filename is not None else "the output"
        show_error(OutputError(f"{where} cannot be written: {error.strerror}"), as_json=False)
        return EXIT_BAD_INPUT
    except Exception as error:
        return _other(error, as_json=as_json)


def _silence_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush has nothing to complain about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _other(error: Exception, *, as_json: bool) -> int:
    from nextdollar.cli.console import show_our_fault, show_usage_error

    # What the command line library raises for wrong usage says so itself; its classes are private.
    words = getattr(error, "format_message", None)
    if words is not None:
        show_usage_error(words(), as_json=as_json)
        return EXIT_BAD_INPUT
    if isinstance(error, RuntimeError) and type(error).__name__ == "Abort":
        return EXIT_INTERRUPTED
    show_our_fault(error, as_json=as_json)
    return EXIT_OUR_FAULT
