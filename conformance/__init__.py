"""Conformance: the service as it runs, read by tools that others wrote."""
