"""Why a release is made: the causes that plan files and files of results can have."""

from app.models.choices import Cause

PLAN_CHANGES = (
    Cause.ISSUER_CHANGE,
    Cause.BETTER_SOURCE,
    Cause.CORRECTION,
    Cause.EDITORIAL,
)
"""Causes for which a published plan changes: the importer says which."""

PLAN_CAUSES = (Cause.FIRST_PUBLICATION, Cause.NEW_PLAN, *PLAN_CHANGES)
"""Causes that an import of plan files can have; the first two are told by the data."""

RESULT_CHANGES = (Cause.REVISION, Cause.CORRECTION, Cause.BETTER_SOURCE, Cause.EDITORIAL)
"""Causes for which a published result changes: whoever loads it says which."""

RESULT_CAUSES = (Cause.NEW_DATA, *RESULT_CHANGES)
"""Causes that a file of results can have; the first is told by the data."""
