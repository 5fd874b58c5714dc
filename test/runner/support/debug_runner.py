"""Runs a script with the runner in this process, for a debugger: `python debug_runner.py SCRIPT [ARGUMENT...]`.

A thread takes the place of the extension: it prints what the runner reports and answers its questions. The run is a dry
run, so nothing is uploaded.
"""

import json
import os
import runpy
import socket
import sys
import threading
from pathlib import Path

RUNNER = Path(__file__).resolve().parents[3] / "src" / "runner"


def serve(listener: socket.socket) -> None:
    """Prints the events of the runner and answers its requests, until it disconnects."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rw") as lines:
        for line in lines:
            print(line, end="", file=sys.__stderr__)
            answer = answer_to(json.loads(line))
            if answer is not None:
                lines.write(json.dumps(answer) + "\n")
                lines.flush()


def answer_to(event: dict) -> dict | None:
    """Returns the command that answers a request of the runner, or None for other events."""
    request = {"request_id": event.get("request_id")}
    match event["event"]:
        case "procedure_request":
            return {**request, "command": "procedure_response", "procedure_id": event["procedure_id"] or "FVT1"}
        case "serial_number_request":
            return {**request, "command": "serial_number_response", "serial_number": event["serial_number"] or "SN-1"}
        case "part_number_request":
            return {**request, "command": "part_number_response", "part_number": ""}
        case "ui_request":
            return {**request, "command": "ui_response", "value": ""}
    return None


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=[listener], daemon=True).start()
    # The environment of a dry run, see src/extension/run/process/runPlan.ts.
    os.environ.update(
        TOFUPILOT_URL="http://dry-run.invalid",
        TOFUPILOT_API_KEY="no-key-in-a-dry-run",
        DISABLE_TELEMETRY="true",
        TEST_STATIONS_CHANNEL=f"127.0.0.1:{listener.getsockname()[1]}",
        TEST_STATIONS_TOKEN="debug",
        TEST_STATIONS_MODE="dry",
    )
    sys.argv[0] = str(RUNNER)
    runpy.run_path(str(RUNNER), run_name="__main__")
