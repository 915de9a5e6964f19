"""Figures and words for figures: numbers, their bounds, units, money."""
