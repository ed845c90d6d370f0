"""What is measured: `measure` gives figures that can be kept as JSON, `told` writes them out."""

from benchmarks.sections import cold, growth, hot, many, slow, start, workers

SECTIONS = {
    "hot": hot,
    "cold": cold,
    "slow": slow,
    "many": many,
    "start": start,
    "workers": workers,
    "growth": growth,
}
"""In the order in which they are measured and told."""
