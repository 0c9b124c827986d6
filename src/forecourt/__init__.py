"""Forecourt: show the photos of vehicle listings at once, and make them ours in the background."""
