"""What a person can do in Slack: one module per feature, its verbs, buttons, modals and shortcuts together."""
