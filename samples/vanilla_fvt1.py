"""The smallest plain script: one phase, whose result is pushed at the end."""

from datetime import datetime, timedelta

from tofupilot import PhaseOutcome, TofuPilotClient


def phase_one():
    start_time_millis = datetime.now().timestamp() * 1000
    phase = {
        "name": "phase_one",
        "outcome": PhaseOutcome.PASS,
        "start_time_millis": start_time_millis,
        "end_time_millis": start_time_millis + 30 * 1000,  # 30 seconds
    }
    return phase


def main():
    # The client reads the station's key from TOFUPILOT_API_KEY, which the editor and its station terminal set.
    client = TofuPilotClient()

    phases = [phase_one()]
    client.create_run(
        procedure_id="FVT1",  # the identifier of a procedure that is linked to the station
        run_passed=all(phase["outcome"] == PhaseOutcome.PASS for phase in phases),
        unit_under_test={"serial_number": "SN-0001", "part_number": "PCBA01"},
        phases=phases,
        duration=timedelta(minutes=1, seconds=45),
    )


if __name__ == "__main__":
    main()
