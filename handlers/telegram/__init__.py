"""The Telegram front: updates in by polling or webhook, read as events. Replies go out through the outbox."""
