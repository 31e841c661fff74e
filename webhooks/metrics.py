"""What the web edge counts, for Prometheus. Labels come from our own tables, never from what a caller sent."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics

# An answer to a machine is late for HubSpot's app webhooks after 5 s.
ACK_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """One set for each application, in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the client's own twin of each, which nobody reads
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.accepted = self._counter("accepted", "Requests accepted", "endpoint")
        self.refused = self._counter("refused", "Requests refused, by reason", "endpoint", "reason")
        self.failed = self._counter("failed", "Requests that ended in an error of ours", "endpoint")
        self.hubspot_events = self._counter("hubspot_events", "Events of HubSpot, by what became of them", "became")
        self.reported_clicks = self._counter("reported_clicks", "Click events of other tools, by outcome", "outcome")
        self.fetches = self._counter("fetches", "Banners and links fetched, by how they were kept", "kind", "kept")
        self.bad_tokens = self._counter("bad_tokens", "Banners and links fetched with a token that does not open")
        self.acknowledged = Histogram(
            "footlight_acknowledged_seconds",
            "From a request's arrival to its answer",
            ("endpoint",),
            buckets=ACK_SECONDS,
            registry=self.registry,
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"footlight_{name}", meaning, labels, registry=self.registry)
