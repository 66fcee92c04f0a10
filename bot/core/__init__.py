"""What the product knows and decides. Pure: no I/O, no clock, no framework; imports nothing above it."""
