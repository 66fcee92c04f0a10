"""The chat in a browser, over the same services as every other front."""
