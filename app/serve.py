"""The serving process: a socket that is already ours, and uvicorn."""

import socket

import uvicorn

from app.main import create_app
from app.settings import Settings

GRACE = 10
"""Seconds that running requests have to end when the service stops."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; raises OSError where the address is taken or not ours."""
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(2048)
    except OSError:
        bound.close()
        raise
    return bound


def serve(settings: Settings, listener: socket.socket) -> None:
    """Answer requests until told to stop."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"Yaodian answers at http://{shown}:{port}/v1/plans", flush=True)
    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    uvicorn.Server(config).run(sockets=[listener])
