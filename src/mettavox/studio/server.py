"""Server: the studio on this machine's loopback, behind a token that is new at every start."""

import asyncio
import contextlib
import errno
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

from mettavox import assets, lock
from mettavox.errors import OutputError, RequestError
from mettavox.studio.preferences import Preferences
from mettavox.studio.works import Works

LOOPBACK = "127.0.0.1"
_TOKEN_BYTES = 16
_CLOSING_SECONDS = 3


def listening(port: int) -> socket.socket:
    """A socket on loopback, at any free port for 0. Raises RequestError for a port that cannot be had."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((LOOPBACK, port))
        made.listen()  # already: the browser may ask before the server is ready, and then waits
    except (OSError, OverflowError) as error:
        made.close()
        why = "another program has it" if getattr(error, "errno", None) == errno.EADDRINUSE else "the system refuses it"
        raise RequestError(
            f"Port {port} cannot be had: {why}.", hint="Choose another with --port, or leave it out."
        ) from error
    return made


@contextlib.contextmanager
def studio(
    output: Path | None, kept: Path, *, choices: Path | None = None, port: int = 0
) -> Iterator[tuple[str, "Server"]]:
    """The studio's address and its server, which ``run`` keeps at it until it is told to stop.

    Tracks go into ``output``, or where that is None into the folder that was chosen in the studio; what is chosen there
    is kept in the file ``choices``, or in the person's own folder for such.
    Raises RequestError for a port that cannot be had, or where the extra is not installed, and OutputError where
    another studio has the folder ``kept``, or it cannot be written.
    """
    try:
        import uvicorn

        from mettavox.studio.app import app
        from mettavox.studio.desk import Desk
    except ImportError as error:
        raise RequestError(
            "The studio needs two packages more.",
            hint="In a checkout: python3 tools/setup.py --studio; elsewhere: pip install 'mettavox[studio]'",
        ) from error
    preferences = Preferences(choices or assets.config_folder() / "studio.json", output)
    with (
        contextlib.closing(listening(port)) as made,
        _alone(kept),
        contextlib.closing(Works(preferences.output, kept)) as works,
        contextlib.closing(Desk(works, preferences)) as desk,
    ):
        number = made.getsockname()[1]
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        hosts = [f"{host}:{number}" for host in (LOOPBACK, "localhost")]
        config = uvicorn.Config(
            app(desk, token=token, hosts=hosts),
            log_config=None,
            access_log=False,  # addresses have ids of tracks in them
            server_header=False,
            timeout_graceful_shutdown=_CLOSING_SECONDS,
            lifespan="off",
            ws="none",
        )

        class Ending(uvicorn.Server):
            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                await asyncio.to_thread(works.close)  # first, for pages that listen would keep it waiting
                await super().shutdown(sockets)

        yield f"http://{LOOPBACK}:{number}/{token}/", Server(Ending(config), made)


@contextlib.contextmanager
def _alone(kept: Path) -> Iterator[None]:
    """Two studios would find each other's tracks unfinished, and make them twice."""
    with contextlib.ExitStack() as stack:
        try:
            kept.mkdir(parents=True, exist_ok=True, mode=0o700)
            stack.enter_context(lock.held(kept.with_name(f"{kept.name}.lock"), wait=False))
        except BlockingIOError as error:
            raise OutputError(
                "A studio is open on this machine already.",
                hint="Use it, in as many tabs as you like, or end it with Ctrl-C.",
            ) from error
        except OSError as error:
            raise OutputError(
                f"The studio cannot keep its unfinished tracks: {error.strerror}.",
                hint="Check who may write in your home folder.",
            ) from error
        yield


class Server:
    """What answers the browser."""

    def __init__(self, server: object, made: socket.socket) -> None:
        self._server = server
        self._socket = made

    def run(self) -> None:
        """Answer until interrupted."""
        self._server.run(sockets=[self._socket])  # type: ignore[attr-defined]

    def stop(self) -> None:
        """Have ``run`` end, from another thread."""
        self._server.should_exit = True  # type: ignore[attr-defined]
