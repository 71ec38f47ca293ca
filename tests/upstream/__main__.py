"""`python -m tests.upstream --port 9000`: the scripted upstream by hand."""

import argparse
import asyncio
import contextlib
import signal

from .server import serve


async def main() -> None:
    """Print the base URL as the first line, then serve until SIGTERM or Ctrl-C."""
    arguments = argparse.ArgumentParser(prog="python -m tests.upstream", description=__doc__)
    arguments.add_argument("--port", type=int, default=9000, help="0 takes a free one")
    arguments.add_argument("--host", default="127.0.0.1")
    chosen = arguments.parse_args()

    async def listening(port: int) -> None:
        print(f"http://{chosen.host}:{port}/v1", flush=True)

    serving = asyncio.ensure_future(serve(chosen.host, chosen.port, listening))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


asyncio.run(main())
