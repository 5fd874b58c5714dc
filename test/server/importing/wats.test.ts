import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { place, useImport } from './useImport.ts';

describe('server.js import of WATS reports', function () {
  this.timeout(120_000);
  const { write, command, imported, runOf } = useImport();

  it('stores a report of WATS with its steps, limits and source once, and refuses a repair report', async () => {
    const wats = {
      type: 'T',
      id: '6f1d',
      sn: 'WATS-1',
      pn: 'PCBA01',
      rev: 'B',
      result: 'F',
      processCode: 10,
      start: '2026-03-02T08:15:30.5+01:00',
      miscInfos: [{ description: 'Shift', text: 'A' }],
      uut: { execTime: 12.5, user: 'Ada' },
      root: {
        name: 'Main',
        status: 'F',
        steps: [
          {
            name: 'Power',
            status: 'F',
            stepType: 'SequenceCall',
            steps: [
              {
                name: 'Voltages',
                status: 'F',
                totTime: 2,
                numericMeas: [
                  { name: 'low', compOp: 'GELE', status: 'P', unit: 'V', value: 3.3, lowLimit: 3.2, highLimit: 3.4 },
                  { name: 'high', compOp: 'GTLT', status: 'F', unit: 'V', value: 9, lowLimit: 4, highLimit: 6 },
                  { name: 'least', compOp: 'GE', status: 'P', value: 2, lowLimit: 1 },
                  { name: 'logged', compOp: 'LOG', status: 'P', value: -1 },
                ],
              },
            ],
          },
          { name: 'Firmware', status: 'P', stringMeas: [{ compOp: 'EQ', status: 'P', value: 'A1', limit: 'A1' }] },
          { name: 'LED', status: 'S', booleanMeas: [{ status: 'S' }] },
        ],
      },
    };
    const file = write('wats.json', wats);
    const stdout = await imported(file);
    assert.match(stdout, /no place for these fields.*: miscInfos \(1\), steps\.stepType \(1\)\./);
    const run = await runOf('WATS-1');
    assert.deepEqual([run.outcome, run.unit.part.revision.number], ['FAIL', 'B']);
    assert.deepEqual([run.started_at, run.ended_at], ['2026-03-02T07:15:30.500Z', '2026-03-02T07:15:43.000Z']);
    assert.deepEqual(run.metadata, {
      wats_id: '6f1d',
      process_code: 10,
      operator: 'Ada',
      import_format: 'wats',
      import_source: 'wats.json:1',
    });
    assert.deepEqual(
      run.phases.map(({ name, outcome, measurements }) => [
        name,
        outcome,
        measurements.map((each) => [
          each.name,
          each.outcome,
          each.measured_value ?? null,
          each.units,
          (each.validators ?? []).map(({ operator, expected_value }) => [operator, expected_value]),
        ]),
      ]),
      [
        [
          'Power / Voltages',
          'FAIL',
          [
            ['low', 'PASS', 3.3, 'V', [['>=', 3.2], ['<=', 3.4]]], // prettier-ignore
            ['high', 'FAIL', 9, 'V', [['>', 4], ['<', 6]]], // prettier-ignore
            ['least', 'PASS', 2, null, [['>=', 1]]],
            ['logged', 'PASS', -1, null, []],
          ],
        ],
        ['Firmware', 'PASS', [['Firmware', 'PASS', 'A1', null, [['==', 'A1']]]]],
        ['LED', 'SKIP', [['LED', 'UNSET', null, null, []]]],
      ],
    );
    assert.match(await imported(file), /^Stored: 0\. Already stored: 1\. Bad: 0\.$/m);
    const { code, stderr } = await command(...place, write('repair.json', { ...wats, type: 'R' }));
    assert.equal(code, 1);
    assert.match(stderr, /repair\.json:1: .*Only test reports/);
  });
});
