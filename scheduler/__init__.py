"""What happens without anybody asking: the heartbeat, and the sending of what the outbox holds."""
