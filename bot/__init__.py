"""Duban (督办): reporting and reminders for a rectification campaign, in a chat."""
