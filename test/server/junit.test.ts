import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { runs } from '../../src/shared/contract/runs.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { junitXml } from '../../src/shared/export/runJunit.ts';
import { nastyRun } from '../shared/export/randomRuns.ts';
import { seed, withSeed } from '../shared/statistics/support.ts';
import { useServer } from './bench.ts';
import { pythons } from './pythons.ts';
import { passedRun } from './runs.ts';
import { runServerProgram, temporaryFolder } from './support.ts';

/** Python's parser refuses what is no XML. Prints what CI servers read, as JSON. */
const reader = `
import json, sys, xml.etree.ElementTree as tree
def read(text):
    (suite,) = tree.fromstring(text.encode())
    cases = suite.findall("testcase")
    return {
        "name": suite.get("name"),
        "properties": {each.get("name"): each.get("value") for each in suite.iter("property")},
        "cases": [each.get("name") for each in cases],
        "kinds": [next((child.tag for child in each if child.tag != "system-out"), "passed") for each in cases],
        "counts": [int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")],
        "log": suite.findtext("system-out"),
    }
print(json.dumps([read(text) for text in json.load(open(sys.argv[1], encoding="utf-8"))]))
`;

interface ReadSuite {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly string[];
  readonly kinds: readonly string[];
  readonly counts: readonly number[];
  readonly log: string;
}

/** Characters that XML cannot contain are replaced. */
const readable = (text: string): string =>
  text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');

describe(`the JUnit XML of runs (${withSeed})`, function () {
  this.timeout(60_000);
  const bench = useServer();
  const folder = temporaryFolder();

  const read = (files: readonly string[]): ReadSuite[] => {
    const file = join(folder, 'suites.json');
    writeFileSync(file, JSON.stringify(files));
    const [python = ''] = pythons();
    return JSON.parse(execFileSync(python, ['-c', reader, file], { encoding: 'utf8', maxBuffer: 1e8 })) as ReadSuite[];
  };

  it('is XML with the texts of the run, whatever a script has pushed', () => {
    const sample = fc.sample(nastyRun, { seed, numRuns: 300 });
    const suites = read(sample.map(junitXml));
    sample.forEach((run, index) => {
      const suite = suites[index];
      assert.ok(suite);
      assert.equal(suite.name, readable(run.procedure.name));
      assert.equal(suite.properties['serial_number'] ?? '', readable(run.unit.serial_number));
      assert.ok(suite.log.includes(readable(run.logs[0]?.message ?? '')));
      const count = (kind: string): number => suite.kinds.filter((each) => each === kind).length;
      assert.deepEqual(suite.counts, [suite.cases.length, count('failure'), count('error'), count('skipped')]);
      assert.equal(run.outcome === 'PASS' || suite.kinds.some((kind) => kind === 'failure' || kind === 'error'), true);
    });
  });

  it('is printed by the server program for the newest run and for one of an id, while the server runs', async () => {
    const none = await runServerProgram(['junit', '--data', bench.folder]);
    assert.deepEqual([none.code, none.stderr], [1, `${bench.folder} has no run yet.\n`]);
    const procedure = await bench.procedure('JUnit', 'JUNIT');
    const first = await bench.user.call(v1.createRun, { body: passedRun(procedure, 'SN-1') });
    await bench.user.call(v1.createRun, { body: { ...passedRun(procedure, 'SN-2'), run_passed: false } });
    const newest = await runServerProgram(['junit', '--data', bench.folder]);
    const chosen = await runServerProgram(['junit', '--data', bench.folder, '--run', first.id]);
    assert.deepEqual([newest.code, chosen.code], [0, 0]);
    const [one, other] = read([newest.stdout, chosen.stdout]);
    assert.deepEqual([one?.properties['serial_number'], one?.kinds], ['SN-2', ['failure']]);
    assert.deepEqual([other?.properties['serial_number'], other?.kinds], ['SN-1', ['passed']]);
    assert.equal((await bench.user.call(runs.get, { params: { id: first.id } })).outcome, 'PASS');
    const unknown = await runServerProgram(['junit', '--data', bench.folder, '--run', procedure]);
    assert.deepEqual([unknown.code, unknown.stderr], [1, `${bench.folder} has no run ${procedure}.\n`]);
  });
});
