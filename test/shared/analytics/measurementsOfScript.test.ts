import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { measurementsOfScript } from '../../../src/shared/analytics/measurementsOfScript.ts';
import { scanScript } from '../../../src/shared/script/scriptScan.ts';
import { randomNumbers, withSeed } from '../statistics/support.ts';
import { summary } from './summary.ts';

const key = (phase_name: string, measurement_name: string): string => `${phase_name}/${measurement_name}`;

/** Returns what is found for each name that the script declares. @param measured `phase/name` */
function matched(source: string, ...measured: string[]): Record<string, string[]> {
  const summaries = measured.map((each) => {
    const [phase_name = '', measurement_name = ''] = each.split('/');
    return summary({ phase_name, measurement_name });
  });
  const found = measurementsOfScript(scanScript(source).measurements, summaries).map(({ declared, summaries }) => [
    key(declared.phase?.join('…') ?? '', declared.name.join('…')),
    summaries.map((each) => key(each.phase_name, each.measurement_name)),
  ]);
  return Object.fromEntries(found) as Record<string, string[]>;
}

const htf = 'import openhtf as htf\n';
const phase = (name: string, ...measurements: string[]): string =>
  `@htf.measures(${measurements.map((each) => JSON.stringify(each)).join(', ')})\ndef ${name}(test): pass\nhtf.Test(${name})\n`;

describe('the statistics of what a script declares', () => {
  it('are those of the phase and the name, where several phases have the name', () => {
    const source = htf + phase('a', 'volt', 'amp') + phase('b', 'volt');
    assert.deepEqual(matched(source, 'a/volt', 'b/volt', 'b/amp', 'c/volt'), {
      'a/volt': ['a/volt'],
      'a/amp': ['b/amp'],
      'b/volt': ['b/volt'],
    });
  });

  it('are those of another phase only if that is certain', () => {
    const source = htf + phase('a', 'volt');
    assert.deepEqual(matched(source, 'renamed/volt'), { 'a/volt': ['renamed/volt'] });
    assert.deepEqual(matched(source, 'renamed/volt', 'other/volt'), {});
    assert.deepEqual(matched(source + phase('b', 'volt'), 'b/volt'), { 'b/volt': ['b/volt'] });
    assert.deepEqual(matched(source, 'a/current'), {});
  });

  it('are those of all names that fields can be filled to, unless they are declared by themselves', () => {
    const source = htf + phase('a', 'v_{port}', 'v_total');
    assert.deepEqual(matched(source, 'a/v_1', 'a/v_2', 'a/v_total', 'a/w_1'), {
      'a/v_…': ['a/v_1', 'a/v_2'],
      'a/v_total': ['a/v_total'],
    });
  });

  it('begin with the measurement that needs attention most', () => {
    const source = htf + phase('a', 'v_{port}');
    const [found] = measurementsOfScript(scanScript(source).measurements, [
      summary({ phase_name: 'a', measurement_name: 'v_1', count: 10, failed: 1 }),
      summary({ phase_name: 'a', measurement_name: 'v_2', count: 10, failed: 5 }),
    ]);
    assert.equal(found?.summaries[0].measurement_name, 'v_2');
    const capable = (value: number) => {
      const ppk = { value, lower: value, upper: value, at_least: value, at_most: value };
      return {
        capability: {
          ...{ kind: 'capability' as const, count: 100, sigma_within: 1, ppk, pp: null, cpk: null, cp: null },
          ...{ is_uncertain: false, verdict: 'capable' as const },
        },
      };
    };
    const [ordered] = measurementsOfScript(scanScript(source).measurements, [
      summary({ phase_name: 'a', measurement_name: 'v_0' }),
      summary({ phase_name: 'a', measurement_name: 'v_1', count: 100, failed: 20 }),
      summary({ phase_name: 'a', measurement_name: 'v_2', count: 10, failed: 5 }),
      summary({ phase_name: 'a', measurement_name: 'v_3', count: 100, ...capable(2) }),
      summary({ phase_name: 'a', measurement_name: 'v_4', count: 100, ...capable(1) }),
      summary({ phase_name: 'a', measurement_name: 'v_5', count: 10 }),
    ]);
    assert.deepEqual(
      ordered?.summaries.map(({ measurement_name }) => measurement_name),
      ['v_4', 'v_3', 'v_2', 'v_1', 'v_0', 'v_5'],
    );
  });

  it(`are all found, each once, for generated scripts of OpenHTF and of dictionaries (${withSeed})`, () => {
    const random = randomNumbers();
    for (let n = 0; n < 200; n += 1) {
      const phases = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, p) => ({
        name: `phase_${p}`,
        measurements: Array.from({ length: 1 + Math.floor(random() * 4) }, (_, m) => `m${m}`),
      }));
      const all = phases.flatMap(({ name, measurements }) => measurements.map((each) => key(name, each)));
      const expected = Object.fromEntries(all.map((each) => [each, [each]]));
      const openhtf = htf + phases.map(({ name, measurements }) => phase(name, ...measurements)).join('');
      assert.deepEqual(matched(openhtf, ...all), expected);
      const dictionaries = phases.map(({ name, measurements }) => ({
        name,
        outcome: 'PASS',
        measurements: measurements.map((each) => ({ units: 'V', measured_value: 1, name: each })),
      }));
      const client = `from tofupilot.v2 import TofuPilot\nTofuPilot().runs.create(phases=${JSON.stringify(dictionaries, null, 1 + (n % 3))})\n`;
      assert.deepEqual(matched(client, ...all), expected);
      const plain = phases
        .map(({ name, measurements }) => {
          const list = measurements.map((each) => `{"name": "${each}", "outcome": True}`).join(', ');
          return `def ${name}():\n    return [${list}]\n`;
        })
        .join('');
      assert.deepEqual(matched(plain, ...all), expected);
    }
  });
});
