"""`python -m app` is the command `yaodian`."""

import sys

from app.cli import main

sys.exit(main())
