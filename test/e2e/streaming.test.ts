import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { before, describe, it } from 'mocha';
import { overview } from '../../src/contract/overview.ts';
import { Bench, createStation, useBench } from './support/bench.ts';
import { Terminal } from './support/terminal.ts';
import { eventually } from './support/until.ts';

/** The oldest supported client streams; the newest does so no more. */
const streamingPython = (): string => (process.env['TEST_PYTHONS'] ?? '').split(delimiter).at(-1) ?? '';

const connected = /Connected to TofuPilot real-time server/;
const untrusted = /CERTIFICATE_VERIFY_FAILED|Failed to connect/;

describe('live streams of scripts', function () {
  this.timeout(90_000);
  const bench = new Bench();
  const { workbench } = useBench(bench, { 'testStations.python': streamingPython() });
  const states = async (): Promise<string[]> =>
    (await (await bench.api()).call(overview.list)).data.map(({ state }) => state);

  before(async () => {
    bench.script('openhtf_seed.py');
    await workbench().open(bench.workspace);
    await createStation(workbench(), 'Bench 1');
    await workbench().notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  it('that are run in the editor reach the server, which the script trusts', async () => {
    const window = workbench();
    await window.openFile('openhtf_seed.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.notification(/SN-0001: PASS\..*Saved as a run of FVT1/).close();
    const text = await window.testResultText();
    assert.match(text, connected);
    assert.doesNotMatch(text, untrusted);
    await eventually(async () => assert.deepEqual(await states(), ['disconnected']));
  });

  it('that are run in a station terminal do too', async () => {
    const window = workbench();
    await window.command('Test Stations: Open Station Terminal');
    const terminal = new Terminal(window.page);
    await eventually(async () => assert.match(await terminal.text(), /push their runs as Bench 1/));
    await terminal.enter('python openhtf_seed.py');
    await eventually(async () => assert.equal((await bench.runs()).length, 2));
    const text = (await terminal.text()).replaceAll('\n', '');
    assert.match(text, connected);
    assert.doesNotMatch(text, untrusted);
  });
});
