export interface DemoMeasurement {
  name: string;
  units: string | null;
  mean: number;
  sigma: number;
  lower: number | null;
  upper: number | null;
  digits: number;
}

export interface DemoPhase {
  name: string;
  seconds: number;
  measurements: readonly DemoMeasurement[];
}

export interface DemoProduct {
  procedure: { name: string; identifier: string };
  partNumber: string;
  partName: string;
  revisions: readonly [string, string];
  serialPrefix: string;
  unitsPerDay: number;
  phases: readonly DemoPhase[];
}

const value = (
  name: string,
  units: string | null,
  mean: number,
  sigma: number,
  [lower, upper]: readonly [number | null, number | null],
  digits = 3,
): DemoMeasurement => ({ name, units, mean, sigma, lower, upper, digits });

export const motorController: DemoProduct = {
  procedure: { name: 'Motor controller functional test', identifier: 'DEMO-MC-FVT' },
  partNumber: 'MC-200',
  partName: 'Motor controller',
  revisions: ['A', 'B'],
  serialPrefix: 'MC',
  unitsPerDay: 205,
  phases: [
    {
      name: 'power_on',
      seconds: 4,
      measurements: [
        value('input_voltage', 'V', 24.02, 0.03, [23.5, 24.5]),
        value('idle_current', 'mA', 41, 1.1, [null, 48], 2),
        value('supply_3v3', 'V', 3.301, 0.008, [3.25, 3.35], 4),
        value('supply_5v0', 'V', 5.012, 0.02, [4.9, 5.1], 4),
      ],
    },
    {
      name: 'contact_check',
      seconds: 6,
      measurements: [
        value('contact_resistance', 'mΩ', 18, 1.6, [null, 27], 2),
        value('isolation_resistance', 'MΩ', 950, 60, [500, null], 0),
      ],
    },
    {
      name: 'gate_drive',
      seconds: 9,
      measurements: [
        value('rise_time', 'ns', 84, 3.4, [75, 92], 2),
        value('fall_time', 'ns', 61, 2.0, [50, 75], 2),
        value('dead_time', 'ns', 405, 9, [360, 450], 1),
      ],
    },
    {
      name: 'load_test',
      seconds: 21,
      measurements: [
        value('phase_current', 'A', 9.98, 0.06, [9.7, 10.3]),
        value('efficiency', '%', 94.6, 0.35, [93, null], 2),
        value('case_temperature', '°C', 52, 1.9, [null, 62], 1),
      ],
    },
    {
      name: 'communication',
      seconds: 5,
      measurements: [
        value('can_bit_error_rate', 'ppm', 1.2, 0.3, [0, 3], 2),
        value('can_level', 'V', 2.01, 0.04, [1.5, 3]),
      ],
    },
  ],
};

export const sensorHub: DemoProduct = {
  procedure: { name: 'Sensor hub functional test', identifier: 'DEMO-SH-FVT' },
  partNumber: 'SH-10',
  partName: 'Sensor hub',
  revisions: ['A', 'B'],
  serialPrefix: 'SH',
  unitsPerDay: 145,
  phases: [
    {
      name: 'power_on',
      seconds: 3,
      measurements: [
        value('supply_3v3', 'V', 3.298, 0.009, [3.25, 3.35], 4),
        value('sleep_current', 'µA', 8.4, 0.6, [null, 12], 2),
      ],
    },
    {
      name: 'sensors',
      seconds: 12,
      measurements: [
        value('temperature_error', '°C', 0.02, 0.11, [-0.5, 0.5]),
        value('humidity_error', '%RH', 0.3, 0.7, [-3, 3], 2),
        value('pressure_error', 'hPa', -0.1, 0.22, [-1, 1]),
        value('accelerometer_noise', 'µg/√Hz', 96, 10, [null, 120], 1),
      ],
    },
    {
      name: 'radio',
      seconds: 10,
      measurements: [
        value('transmit_power', 'dBm', 9.35, 0.36, [8.5, 10.5], 2),
        value('frequency_error', 'ppm', 0.4, 2.1, [-10, 10], 2),
        value('sensitivity', 'dBm', -97.2, 0.7, [null, -94], 1),
      ],
    },
  ],
};
