"""Contracts run on the same web edge as the tests of its endpoints."""

from tests.webhooks.conftest import clock, hasher, http, serve, served, summit

__all__ = ["clock", "hasher", "http", "serve", "served", "summit"]
