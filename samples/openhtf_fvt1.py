"""The smallest OpenHTF script: one phase."""

import openhtf as htf
from tofupilot.openhtf import upload


def phase_one(test):
    return htf.PhaseResult.CONTINUE


def main():
    test = htf.Test(
        phase_one,
        procedure_id="FVT1",  # the identifier of a procedure that is linked to the station
        part_number="PCBA01",
    )
    # upload() reads the station's key from TOFUPILOT_API_KEY, which the editor and its station terminal set.
    test.add_output_callbacks(upload())
    test.execute(lambda: "SN-0001")


if __name__ == "__main__":
    main()
