import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { before, describe, it } from 'mocha';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { itSlow } from '../support/slow.ts';
import { Bench, createStation, python, useBench } from './support/bench.ts';
import { textsBelow } from './support/files.ts';
import { Terminal } from './support/terminal.ts';
import { eventually } from './support/until.ts';

const openCommand = 'Test Stations: Open Station Terminal';

const v2Script = (procedure: string): string => `from datetime import datetime, timezone
from tofupilot.v2 import TofuPilot

start = datetime.now(timezone.utc)
client = TofuPilot()
client.runs.create(outcome="PASS", procedure_id="${procedure}", serial_number="SN-V2", part_number="PCBA01",
                   started_at=start, ended_at=start)
`;

describe('a station terminal', function () {
  // In a window that other suites have used, the first terminal may take no input.
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const terminal = (): Terminal => new Terminal(workbench().page);
  const units = async (): Promise<string[]> => (await bench.runs()).map(({ unit }) => unit.serial_number);

  before(async () => {
    bench.script('openhtf_fvt1.py');
    await workbench().open(bench.workspace);
    await createStation(workbench(), 'Bench 1');
    await workbench().notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
    const [fvt1] = (await (await bench.api()).call(procedures.list)).data;
    bench.write('v2.py', v2Script(fvt1?.id ?? ''));
  });

  it('opens for the selected station and names it', async () => {
    const window = workbench();
    await window.command(openCommand);
    await terminal().tab('Bench 1').waitFor();
    await eventually(async () => assert.match(await terminal().text(), /push their runs as Bench 1 to http:/));
  });

  it('uses the interpreter of the virtual environment', async () => {
    await terminal().enter('python -c "import sys; print(sys.prefix)"');
    await eventually(async () => {
      const shown = (await terminal().text()).replaceAll('\n', '');
      assert.ok(shown.includes(dirname(dirname(python()))), shown);
    });
    await terminal().enter('clear');
  });

  it('pushes the run of an OpenHTF script that is started in it', async () => {
    await terminal().enter('python openhtf_fvt1.py');
    await eventually(async () => assert.deepEqual(await units(), ['SN-0001']));
    const [run] = await bench.runs();
    assert.equal(run?.created_by_station?.name, 'Bench 1');
  });

  it('pushes the run of a v2 script to the same server', async () => {
    await terminal().enter('python v2.py');
    await eventually(async () => assert.deepEqual((await units()).sort(), ['SN-0001', 'SN-V2']));
    for (const theme of ['light', 'dark'] as const) await workbench().screenshot('terminal', theme);
  });

  itSlow('keeps the station key in its own process only', async () => {
    const window = workbench();
    const row = window.tree('Stations').row('Bench 1');
    await window.openContainer('Test Stations');
    const key = await window.copied(() => row.menu('Copy Key'));
    assert.match(key, /^tss_/);
    for (const { file, text } of textsBelow(window.server.data))
      assert.ok(!text.includes(key), `the key is in ${file}`);
    await window.reload();
    await window.openContainer('Test Stations');
    await row.locator.waitFor();
    await window.command('Terminal: Focus on Terminal View');
    await eventually(async () => assert.notEqual((await terminal().text()).trim(), '')); // its shell is there
    assert.equal(await terminal().tab('Bench 1').count(), 0);
    await terminal().enter('echo "key: ${TOFUPILOT_API_KEY:-none}"');
    await eventually(async () => assert.match(await terminal().text(), /^key: none$/m));
  });

  /** A station terminal in which nothing has been run is to be seen; until then it may be an older one. */
  const isNew = (): Promise<void> =>
    eventually(async () => assert.match(await terminal().text(), /push their runs as Bench 1(?![^]*openhtf_fvt1)/));

  itSlow('opens from the context menu of the station', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').menu('Open Station Terminal');
    await terminal().tab('Bench 1').waitFor();
    await isNew();
    await terminal().enter('python openhtf_fvt1.py');
    await eventually(async () => assert.equal((await units()).length, 3));
  });

  it('warns about its old key after a rotation, and a new terminal pushes with the new key', async () => {
    const window = workbench();
    const before = (await units()).length;
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Bench 1').menu('Generate New Key…');
    await window.dialog.click('Generate New Key');
    await window.notification('Bench 1 has a new key').close();
    const old = window.notification('The open terminal of Bench 1 still has its old key');
    await old.locator.waitFor();
    for (const theme of ['light', 'dark'] as const) await window.screenshot('old-key', theme);
    await old.click('Open New Terminal');
    await eventually(async () => assert.equal(await terminal().tab('Bench 1').count(), 2));
    await isNew();
    await terminal().enter('python openhtf_fvt1.py');
    await eventually(async () => assert.equal((await units()).length, before + 1));
  });

  it('does not open without a key', async () => {
    const window = workbench();
    await window.tree('Stations').row('Bench 1').menu('Delete Key…');
    await window.dialog.click('Delete Key');
    await window.tree('Stations').row('No key').locator.waitFor();
    await window.command(openCommand);
    const noKey = window.notification(/no key for Bench 1 that works/);
    assert.deepEqual(await noKey.buttons(), ['Generate New Key', 'Show Log']);
    await noKey.close();
  });
});
