"""Functional test of a small board with OpenHTF. It runs without hardware: the instruments are simulated."""

import math
import random

import openhtf as htf
from openhtf.plugs import BasePlug, user_input
from openhtf.util import units
from tofupilot.openhtf import upload


class Multimeter(BasePlug):
    """Stands for a real instrument. Open the connection in __init__, close it in tearDown."""

    def read_volts(self):
        return random.gauss(3.3, 0.01)

    def read_ramp(self, seconds):
        return 3.3 * (1 - math.exp(-seconds / 0.02))

    def tearDown(self):
        print("Multimeter released")


@htf.plug(operator=user_input.UserInput)
def connect_board(test, operator):
    """The operator answers in the editor."""
    operator.prompt("Put the board into the fixture and close the lid.")


@htf.measures(htf.Measurement("supply_voltage").in_range(3.2, 3.4).with_units(units.VOLT))
@htf.plug(meter=Multimeter)
def check_supply(test, meter):
    """A measurement with limits: outside of them the unit fails. Try 3.5 to see it."""
    test.measurements.supply_voltage = round(meter.read_volts(), 3)


@htf.measures(htf.Measurement("power_up").with_dimensions(units.SECOND).with_units(units.VOLT))
@htf.plug(meter=Multimeter)
def record_power_up(test, meter):
    """A measurement with a dimension: a voltage for each point in time."""
    for step in range(11):
        seconds = step / 100
        test.measurements.power_up[seconds] = round(meter.read_ramp(seconds), 3)


def main():
    test = htf.Test(
        connect_board,
        check_supply,
        record_power_up,
        procedure_id="FVT1",  # the identifier of a procedure that is linked to the station
        part_number="PCBA01",
    )
    # upload() reads the station's key from TOFUPILOT_API_KEY, which the editor and its station terminal set.
    test.add_output_callbacks(upload())
    test.execute(lambda: "SN-0001")


if __name__ == "__main__":
    main()
