"""Measurements, each beside a floor taken in the same run: `python -m bench`. docs/performance.md explains them."""
