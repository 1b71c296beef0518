"""The Cutover ChatOps bot: what makes true what people do in Slack. Imports go down the layers only."""
