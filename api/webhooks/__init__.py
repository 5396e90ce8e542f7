"""Signed webhooks: who subscribed, where the cursor of each stands, and how it is delivered."""
