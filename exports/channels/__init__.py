"""The ways of reaching people, one module each."""
