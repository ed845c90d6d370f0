"""Measurements of the whole service, and what they are made on."""
