import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Report } from '../../../src/shared/contract/report.ts';
import { junitXml } from '../../../src/shared/export/runJunit.ts';
import { exportedRun } from './exportedRun.ts';

const phases = (...outcomes: Report['phases'][number]['outcome'][]): Report['phases'] =>
  outcomes.flatMap((outcome, index) =>
    exportedRun.phases.slice(0, 1).map((phase) => ({ ...phase, measurements: [], name: `p${index}`, outcome })),
  );

const suite = (run: Partial<Report>): string => {
  const xml = junitXml({ ...exportedRun, ...run });
  const head = /<testsuite .*?tests="(\d+)" failures="(\d+)" errors="(\d+)" .*?skipped="(\d+)"/.exec(xml);
  return head?.slice(1).join(' ') ?? xml;
};

const caseNames = (run: Partial<Report>): string[] =>
  [...junitXml({ ...exportedRun, ...run }).matchAll(/<testcase name="([^"]*)"/g)].map(([, name = '']) => name);

describe('the JUnit XML of a run', () => {
  it('has a test case for the last attempt at each phase', () => {
    assert.equal(suite({}), '3 0 0 1');
    assert.deepEqual(caseNames({}), ['Power', 'Firmware', 'Optional']);
    const xml = junitXml(exportedRun);
    assert.match(xml, /Attempt 2 of 2\nvoltage: 3\.3 V, limits 3\.2 ≤ x ≤ 3\.4, PASS\nsweep: 3 points, PASS\n/);
    assert.match(xml, /<property name="serial_number" value="SN-1"\/>/);
    assert.match(xml, /<property name="metadata\.fixture" value="F2"\/>/);
  });

  it('maps the outcomes of phases, and reports the measurements that failed', () => {
    assert.equal(suite({ outcome: 'ERROR', phases: phases('PASS', 'FAIL', 'ERROR', 'SKIP') }), '4 1 1 1');
    const failed = exportedRun.phases.slice(0, 1);
    const xml = junitXml({ ...exportedRun, outcome: 'FAIL', phases: failed });
    assert.match(xml, /<failure type="FAIL" message="voltage: 3\.1 V, limits 3\.2 ≤ x ≤ 3\.4, FAIL">/);
  });

  it('never looks as if a run had passed that did not', () => {
    for (const outcome of ['FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'] as const) {
      for (const each of [[], phases('PASS'), phases('SKIP'), phases('PASS', 'FAIL'), phases('ERROR')]) {
        const [, failures, errors] = suite({ outcome, phases: each }).split(' ').map(Number);
        assert.ok(
          Number(outcome === 'FAIL' ? failures : errors) > 0,
          `${outcome} ${each.map(({ name }) => name).join()}`,
        );
      }
    }
    assert.deepEqual(caseNames({ outcome: 'TIMEOUT', phases: phases('ERROR') }), ['p0', 'Run outcome']);
    assert.deepEqual(caseNames({ outcome: 'FAIL', phases: phases('FAIL') }), ['p0']);
  });

  it('is never without a test case, which CI servers take for a failed report', () => {
    assert.equal(suite({ phases: [] }), '1 0 0 0');
    assert.deepEqual(caseNames({ phases: [] }), ['Run outcome']);
  });

  it('numbers phases that are called again', () => {
    const again = [...phases('PASS'), ...phases('PASS')];
    assert.deepEqual(caseNames({ phases: again }), ['p0', 'p0 (2)']);
  });

  it('gives each test case a name of its own', () => {
    const called = (...names: string[]): Report['phases'] =>
      names.flatMap((name) => phases('FAIL').map((phase) => ({ ...phase, name })));
    const names = (...phaseNames: string[]): string[] =>
      caseNames({ outcome: 'ABORTED', phases: called(...phaseNames) });
    assert.deepEqual(names('p', 'p', 'p (2)'), ['p', 'p (2)', 'p (2) (2)', 'Run outcome']);
    assert.deepEqual(names('p (2)', 'p', 'p'), ['p (2)', 'p', 'p (3)', 'Run outcome']);
    assert.deepEqual(names('Run outcome', '', ' '), ['Run outcome (2)', '(unnamed)', '(unnamed) (2)', 'Run outcome']);
    assert.deepEqual(names('\0', '\x01'), ['\uFFFD', '\uFFFD (2)', 'Run outcome']);
  });
});
