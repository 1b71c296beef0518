"""Numbers about the bot for Prometheus. The one rule: labels come from fixed sets, never from what people type."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15)


class Metrics:
    """One registry per bot, so that several can live in one process (tests, the demo)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.deliveries = Counter("cutover_bot_deliveries", "What Slack delivered", ["kind"], registry=self.registry)
        self.repeated = Counter(
            "cutover_bot_deliveries_repeated", "Deliveries that had been taken before", registry=self.registry
        )
        self.ack_seconds = Histogram(
            "cutover_bot_ack_seconds",
            "From delivery to acknowledgement",
            ["kind"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.work_seconds = Histogram(
            "cutover_bot_work_seconds", "From acknowledgement to answer", registry=self.registry, buckets=_SECONDS
        )
        self.outcomes = Counter(
            "cutover_bot_outcomes",
            "How work ended: ok, asked, refused (a sentence), failed (a fault of the bot)",
            ["outcome"],
            registry=self.registry,
        )
        self.connected = Gauge("cutover_bot_slack_connected", "1 while Slack can reach the bot", registry=self.registry)
        self.open_intents = Gauge("cutover_bot_open_intents", "Wishes without an outcome", registry=self.registry)
        self.waiting_letters = Gauge("cutover_bot_waiting_letters", "Letters not yet sent", registry=self.registry)

    def page(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
