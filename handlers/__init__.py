"""The edges people touch: Telegram and the web chat. They parse, hand over, and render; no rules, no queries."""
