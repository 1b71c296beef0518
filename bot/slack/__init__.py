"""Everything that speaks to Slack, in and out. The one rule: verify, then parse, then keep, then ack, then work."""
