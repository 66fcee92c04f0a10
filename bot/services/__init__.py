"""Use cases: what people and the clock make the product do. Plain functions over one open transaction (`Work`).

Each asks `bot.core.access` first, decides with the core, writes through `storage`, and returns what to show.
"""
