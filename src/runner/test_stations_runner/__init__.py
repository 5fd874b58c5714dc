"""The runner: runs a user's phase script as `python SCRIPT` would, and reports to the extension on a private channel.

The events and commands are those of `src/shared/contract/runner.ts`. The package uses the standard library only;
openhtf, tofupilot, requests and httpx are patched when the script imports them, and never imported otherwise.
"""
