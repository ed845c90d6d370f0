"""What time lines and comparisons are asked by."""

from pydantic import Field

from app.models.choices import Vintages
from app.query import DetailParams
from app.query.params import Code

MAX_INDICATORS = 50
"""Time lines in one request."""


class HistoryParams(DetailParams):
    """What the time line of one indicator takes."""

    vintages: Vintages = Field(
        default=Vintages.CURRENT,
        description="`current`: each figure as it reads now; `all`: also the versions that were "
        "replaced or withdrawn. 现行数值，或连同历次版本。",
    )


class HistoriesParams(HistoryParams):
    """What the time lines of several indicators take."""

    indicator: list[Code] = Field(
        min_length=1,
        max_length=MAX_INDICATORS,
        description=f"Codes of indicators, repeated, at most {MAX_INDICATORS}. 指标代码，可重复。",
    )
