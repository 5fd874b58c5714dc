import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { itSlow } from '../support/slow.ts';
import { createStation, pendingUploads } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';

describe('a result that the script does not push', function () {
  const { bench, workbench } = useSharedBench();
  const waiting = (): string[] => pendingUploads(workbench());
  const count = async (): Promise<number> => (await bench.runs()).length;

  before(async () => {
    for (const name of ['openhtf_bare.py', 'waiting.py']) bench.script(name);
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
    await window.openContainer('Test Stations');
  });

  const run = async (file: string): Promise<void> => {
    await workbench().openFile(file);
    await workbench().editorAction('Run Procedure on Station');
  };

  const links = async (): Promise<{ id: string; procedure_id: string }> => {
    const { data } = await (await bench.api()).call(procedures.list);
    return { id: await bench.stationId('Bench 1'), procedure_id: data[0]?.id ?? '' };
  };

  it('is pushed by the editor with its attachments when the script has no client', async () => {
    const window = workbench();
    await run('openhtf_bare.py');
    await window.notification(/SN-BARE: PASS\..*Saved as a run of FVT1 on Bench 1/).close();
    const [{ id } = assert.fail()] = await bench.runs();
    const saved = await bench.run(id);
    assert.deepEqual(saved.attachments.map(({ name }) => name), ['SN-BARE.json', 'trace.txt']); // prettier-ignore
    assert.equal(saved.phases.at(-1)?.measurements[0]?.measured_value, 3.31);
    await until(() => waiting().length === 0, { what: 'the outbox to be empty' });
  });

  it('stays on disk with the reason when the server refuses it, and is stored once after the problem is fixed', async () => {
    const window = workbench();
    bench.hold();
    await run('waiting.py');
    await bench.scriptWaits();
    const api = await bench.api();
    await api.call(local.unlinkProcedure, { params: await links() });
    bench.release();
    await window.notification(/SN-WAIT: PASS\..*Not uploaded yet.*not authorized/).close();
    const row = window.tree('Runs').row('SN-WAIT');
    await row.locator.waitFor();
    await eventually(async () =>
      assert.match(await row.spoken(), /SN-WAIT, PASS, not uploaded yet, refused, .*not authorized/),
    );
    await window.statusBarItem(/^\s*1\s*$/).waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('waiting', theme);
    await row.action('Retry Upload');
    await window.notification(/The result of SN-WAIT was not uploaded: .*not authorized/).close();
    await api.call(local.linkProcedure, { params: await links() });
    await row.action('Retry Upload');
    await window
      .tree('Runs')
      .row(/SN-WAIT\s*PASS · \d/)
      .locator.waitFor();
    assert.equal(await count(), 2);
    await until(() => waiting().length === 0, { what: 'the outbox to be empty' });
  });

  itSlow('is pushed with the new key when the key was changed while the script ran', async () => {
    const window = workbench();
    bench.hold();
    await run('waiting.py');
    await bench.scriptWaits();
    await window.tree('Stations').row('Bench 1').menu('Generate New Key…');
    await window.dialog.click('Generate New Key');
    await window.notification('Bench 1 has a new key').close();
    bench.release();
    await window.notification(/SN-WAIT: PASS\..*Saved as a run of FVT1/).close();
    assert.equal(await count(), 3);
  });

  it('can be discarded after a confirmation', async () => {
    const window = workbench();
    const before = await count();
    bench.hold();
    await run('waiting.py');
    await bench.scriptWaits();
    await (await bench.api()).call(local.unlinkProcedure, { params: await links() });
    bench.release();
    await window.notification(/SN-WAIT: PASS\..*Not uploaded yet/).close();
    await window.openContainer('Test Stations');
    await window
      .tree('Runs')
      .row(/SN-WAIT.*refused/)
      .menu('Discard Pending Upload…');
    await eventually(async () =>
      assert.match(await window.dialog.text(), /It has not been uploaded and cannot be restored/),
    );
    await window.dialog.click('Discard');
    await until(() => waiting().length === 0, { what: 'the outbox to be empty' });
    assert.equal(await count(), before);
    await (await bench.api()).call(local.linkProcedure, { params: await links() });
  });

  // Afterwards the station counts as in use for a minute: nothing says that the script of the old window has ended.
  itSlow('is pushed after the window was reloaded during the run', async () => {
    const window = workbench();
    bench.hold();
    bench.write('wait', '');
    await run('openhtf_bare.py');
    await bench.scriptWaits();
    await window.reload();
    bench.release();
    await until(async () => (await count()) === 4, { what: 'the run to be pushed', timeout: 60_000 });
    await until(() => waiting().length === 0, { what: 'the outbox to be empty' });
  });
});
