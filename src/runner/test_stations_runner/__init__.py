"""Runs a user's test script as `python SCRIPT` would, and reports to the extension over a private channel."""
