"""Everything on disk: the database and the file store. All SQL lives here; nothing here decides or commits."""
