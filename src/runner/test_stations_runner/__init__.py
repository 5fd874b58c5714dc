"""The runner: runs a user's phase script as `python SCRIPT` would, and reports on a private channel.

The events and commands are those of `src/shared/contract/runner.ts`. Standard library only; openhtf, tofupilot, requests and
httpx are patched when the script imports them, and never imported otherwise.
"""
