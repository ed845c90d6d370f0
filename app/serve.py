"""The serving process: a socket that is already ours, and uvicorn with its workers."""

import socket

import uvicorn
from uvicorn.supervisors import Multiprocess

from app.protocol import Protocol
from app.settings import Settings

GRACE = 10
"""Seconds that running requests have to end when the service stops."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; raises OSError where the address is taken or not ours."""
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    # Named as TCP, so that asyncio turns off Nagle's algorithm, which costs 40 ms an answer.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(2048)
    except OSError:
        bound.close()
        raise
    return bound


def serve(settings: Settings, listener: socket.socket, workers: int) -> None:
    """Answer requests until told to stop, in this process or in several workers."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"Yaodian answers at http://{shown}:{port}/v1", flush=True)
    if workers == 1:
        from app.main import create_app  # several workers import it each for themselves

        uvicorn.Server(configured(create_app(settings))).run(sockets=[listener])
        return
    config = configured("app.main:serving_app", workers=workers, factory=True)
    Multiprocess(config, sockets=[listener]).run()


def configured(app: object, **options: object) -> uvicorn.Config:
    """How uvicorn is to serve an application."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=Protocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        **options,  # type: ignore[arg-type]
    )
