"""Backends of the bench, each with an identity; all run in one asyncio loop."""
