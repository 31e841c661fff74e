"""The entry point of the command `footlight`, and of `python -m footlight`."""

import gc
import signal


def main() -> None:
    """Run the command line. Ctrl-C ends the imports before it without a word, as no work has begun."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # What imports make stays: to look through it at every 700th object is a fifth of the start.
    gc.set_threshold(50_000)
    from footlight.cli import app

    signal.signal(signal.SIGINT, signal.default_int_handler)
    app.main()


if __name__ == "__main__":
    main()
