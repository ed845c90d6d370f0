"""The real service on a port of its own, for as long as a test needs it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import uvicorn

from app.main import create_app
from app.query import Resource
from app.resources import RESOURCES
from app.serve import configured, listen
from app.settings import Settings


@contextmanager
def serving(
    url: str, resources: Sequence[Resource] = RESOURCES, **settings: str
) -> Iterator[httpx.Client]:
    """A client of the service on a prepared database.

    No answer is kept unless a test asks for it: most publish and then look at once.
    """
    with listen("127.0.0.1", 0) as listener:
        given = Settings.model_validate({"database_url": url, "cache_megabytes": "0", **settings})
        server = uvicorn.Server(configured(create_app(given, resources)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            port = listener.getsockname()[1]
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
