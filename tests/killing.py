"""A process that imports on request, in a child of its own that can be killed.

Each line of standard input is a JSON list of arguments for `yaodian`; the child's process id is
printed when it starts. After the next line its end is awaited and its exit status printed: until
then its id is not given to another process. The modules are loaded once.
"""

import json
import os
import sys

import psycopg
import sqlalchemy.dialects.postgresql.psycopg as dialect

import app.publish.check
import app.publish.plans
import app.publish.prepare
import app.publish.report
import app.publish.results
from app.cli import main

LOADED = (
    app.publish.check,
    app.publish.prepare,
    app.publish.report,
    app.publish.plans,
    app.publish.results,
    psycopg,
    dialect,
)

if __name__ == "__main__":
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
            os._exit(main(json.loads(line)))
        print(child, flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
