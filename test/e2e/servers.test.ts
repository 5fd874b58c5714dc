import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { describeSlow, itSlow } from '../support/slow.ts';
import { useTofuPilot } from '../support/tofupilot.ts';
import { Bench, pasteKey, useBench } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { isKept } from './support/storage.ts';
import { eventually, until } from './support/until.ts';

describe('a TofuPilot server (a stand-in for it)', function () {
  const { bench, workbench } = useSharedBench();
  const cloud = useTofuPilot();
  const behind = (): StationApi => new StationApi(cloud.behind, cloud.userKey);
  const stationId = async (): Promise<string> => (await behind().call(stations.list)).data[0]?.id ?? '';

  const tree = () => workbench().tree('Stations');

  it('is added with its address and a valid user key', async () => {
    const window = workbench();
    const { id } = await behind().call(stations.create, { body: { name: 'Cloud bench' } });
    const { api_key: stationKey } = await behind().call(local.generateKey, { params: { id } });
    await window.openContainer('Test Stations');
    await window.page.getByText('Add its server').click();
    await window.quickInput.opened('Add TofuPilot server (1/2)');
    assert.equal(await window.quickInput.value(), 'https://www.tofupilot.app');
    await window.quickInput.fill('not an address');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /not an address/));
    await window.quickInput.fill('http://127.0.0.1:59999');
    await window.quickInput.accept();
    await eventually(async () =>
      assert.match(await window.quickInput.message(), /127\.0\.0\.1:59999 cannot be reached/),
    );
    assert.equal(await window.quickInput.value(), 'http://127.0.0.1:59999');
    await window.quickInput.fill(`${cloud.url}/api/`);
    await window.quickInput.accept();
    await window.quickInput.opened('Add TofuPilot server (2/2)');
    assert.ok((await window.quickInput.message()).startsWith(`Your user key for ${cloud.host}`));
    await window.quickInput.button('Back');
    await window.quickInput.opened('Add TofuPilot server (1/2)');
    assert.equal(await window.quickInput.value(), `${cloud.url}/api/`);
    await window.quickInput.accept();
    await window.quickInput.opened('Add TofuPilot server (2/2)');
    const refused = async (key: string, sentence: RegExp): Promise<void> => {
      await window.quickInput.fill(key);
      await window.quickInput.accept();
      await eventually(async () => assert.match(await window.quickInput.message(), sentence));
    };
    await refused('tsu_wrong', /does not know this key/);
    await refused(stationKey, /key of a station/);
    await window.quickInput.fill(cloud.userKey);
    await window.quickInput.accept();
    await tree().row('Cloud bench').locator.waitFor();
    await window.page.getByText(cloud.host).first().waitFor();
  });

  it('shows stations with an unknown state and without a key on this machine', async () => {
    const window = workbench();
    await tree()
      .row(/tss_.*not on this machine/)
      .locator.waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('tofupilot', theme);
  });

  it('accepts a pasted key that was created in its dashboard', async () => {
    const window = workbench();
    await tree().row('Cloud bench').menu('Generate New Key…');
    const message = window.notification(/creates keys only in its dashboard\. Create one for Cloud bench there/);
    assert.deepEqual(await message.buttons(), [`Open ${cloud.host}`, 'Paste Key']);
    await message.click('Paste Key');
    await window.quickInput.opened('Key of Cloud bench');
    const { api_key } = await behind().call(local.generateKey, { params: { id: await stationId() } });
    await window.quickInput.fill(api_key);
    await window.quickInput.accept();
    await tree().row(/tss_/).locator.waitFor();
    await tree()
      .row(/not on this machine/)
      .locator.waitFor({ state: 'detached' });
  });

  it('links a procedure with the internal API and reports a refusal', async () => {
    const window = workbench();
    await behind().call(procedures.create, { body: { name: 'Functional test', identifier: 'FVT1' } });
    const link = async (): Promise<void> => {
      await tree().row('Cloud bench').menu('Link Procedures…');
      await window.quickInput.opened('Link procedures to Cloud bench');
      await window.quickInput.pick('FVT1');
      await window.quickInput.accept();
    };
    cloud.takesLinks = false;
    await link();
    await window
      .notification(/did not take the link from here \(status 403\)\. Link the procedure in its dashboard/)
      .close();
    cloud.takesLinks = true;
    await link();
    await tree().row('FVT1').locator.waitFor();
  });

  it('stores the run of a script', async () => {
    const window = workbench();
    bench.script('openhtf_fvt1.py');
    await window.openFile('openhtf_fvt1.py');
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-0001: PASS.*Saved as a run of Functional test/).close();
    assert.equal((await behind().call(runs.list)).data.length, 1);
    await eventually(async () => assert.match((await tree().rows()).join('\n'), /FVT1 1 run/));
    await eventually(async () => assert.equal((await window.tree('Runs').rows()).length, 1));
  });

  itSlow('runs a script again while the window still refreshes the station', async () => {
    const window = workbench();
    cloud.holds = new RegExp(`/stations/${await stationId()}$`);
    for (const count of [2, 3]) {
      await window.editorAction('Run Procedure on Station');
      await window.notification(/SN-0001: PASS\..*Saved as a run of Functional test/).close();
      assert.equal((await behind().call(runs.list)).data.length, count);
    }
    cloud.letGo();
    await eventually(async () => assert.match((await tree().rows()).join('\n'), /FVT1 3 runs/));
  });

  itSlow(
    'gets the results of the time in which it was unavailable once, also after a reload of the window',
    async () => {
      const window = workbench();
      const runCount = async (): Promise<number> => (await behind().call(runs.list)).data.length;
      const before = await runCount();
      cloud.mood = 'taking no runs'; // away for those alone: what is tried again between the two must not arrive
      for (const number of [1, 2]) {
        await window.openFile('openhtf_fvt1.py');
        await window.editorAction('Run Procedure on Station');
        await window.notification(/SN-0001: PASS\..*Not uploaded yet/).close();
        await window.statusBarItem(new RegExp(`^\\s*${number}\\s*$`)).waitFor();
      }
      cloud.mood = 'down';
      assert.equal(await runCount(), before);
      await isKept(window.page, new RegExp(`"server":"${cloud.url}"`));
      await window.reload();
      await window.openContainer('Test Stations');
      const waiting = window.tree('Runs').row(/SN-0001.*upload pending/);
      await waiting.locator.first().waitFor();
      await window.page
        .getByText(/Last known state\.|does not answer/)
        .first()
        .waitFor();
      cloud.mood = 'well';
      await window.command('Test Stations: Refresh');
      await until(async () => (await runCount()) === before + 2, { what: 'both runs', timeout: 60_000 });
      await waiting.locator.first().waitFor({ state: 'detached' });
      assert.equal(await runCount(), before + 2);
    },
  );

  it('offers its dashboard for actions without an API', async () => {
    const window = workbench();
    await tree().row('FVT1').menu('Unlink Procedure…');
    await window.notification(/Unlink FVT1 from Cloud bench in the dashboard/).close();
    await tree().row('FVT1').menu('Set Procedure Identifier…');
    await window.notification(/assigns the identifiers of procedures/).close();
    await tree().row('Cloud bench').menu('Delete Key…');
    const opened = window.page.context().waitForEvent('page');
    await window.notification(/Delete the key of Cloud bench in the dashboard/).click(`Open ${cloud.host}`);
    const page = await opened;
    // By way of the proxy of this VS Code, as a port of its machine.
    await page.waitForURL(new RegExp(`${new URL(cloud.url).port}/local$`), { waitUntil: 'commit' });
    await page.close();
  });

  itSlow('reports each connection problem with a remedy and keeps the last known stations', async () => {
    const window = workbench();
    const trouble = async (mood: typeof cloud.mood, sentence: RegExp, button?: string): Promise<void> => {
      cloud.mood = mood;
      await window.command('Test Stations: Refresh');
      const message = window.notification(sentence);
      if (button !== undefined) assert.ok((await message.buttons()).includes(button), button);
      await message.close();
      await window.page
        .getByText(/Last known state\./)
        .first()
        .waitFor();
      await tree().row('Cloud bench').locator.waitFor();
    };
    await trouble('down', /The connection to .+ dropped/);
    await trouble('failing', /has failed with status 503/, 'Switch Server');
    await trouble('a page', /sent a response that this version/, 'Switch Server');
    await trouble(
      'refusing users',
      /does not allow this to the user of your key\. Viewers cannot/,
      `Open ${cloud.host}`,
    );
    await window.screenshot('trouble', 'light');
    await trouble('forgetting keys', /no longer accepts your key/, 'Sign In');
    cloud.mood = 'well';
    await window.command('Test Stations: Refresh');
    await window.page
      .getByText(/Last known state\./)
      .first()
      .waitFor({ state: 'detached' });
  });

  it('shows the sign-in page after signing out', async () => {
    const window = workbench();
    await window.command('Test Stations: Sign Out…');
    await eventually(async () => assert.match(await window.dialog.text(), /removed from VS Code’s secret storage/));
    await window.dialog.click('Sign Out');
    await window.page.getByText('sign in with your user key').waitFor();
    for (const theme of ['light', 'dark', 'hc'] as const) await window.screenshot('signed-out', theme);
    await window.page.getByRole('button', { name: 'Sign In' }).click();
    await window.quickInput.opened(`Sign in to ${cloud.host}`);
    await window.quickInput.fill(cloud.userKey);
    await window.quickInput.accept();
    await tree()
      .row(/not on this machine/)
      .locator.waitFor(); // the station's key went too
  });

  itSlow('is replaced by this machine and is in use again after a reload', async () => {
    const window = workbench();
    const use = async (name: string): Promise<void> => {
      await window.command('Test Stations: Switch Server…');
      await window.quickInput.pick(name);
    };
    await use('This Machine');
    await window.page.getByText('A station is a test bench').waitFor();
    await use(cloud.host);
    await tree().row('Cloud bench').locator.waitFor();
    await isKept(window.page, new RegExp(`^(?![^]*"server":"local")[^]*"server":"${cloud.url}"`));
    await window.reload();
    await window.openContainer('Test Stations');
    await tree().row('Cloud bench').locator.waitFor();
  });

  it('is removed from the list of servers', async () => {
    const window = workbench();
    await window.command('Test Stations: Remove Server…');
    await window.quickInput.pick(cloud.host);
    await window.dialog.click('Remove Server');
    await window.page.getByText('A station is a test bench').waitFor();
  });
});

describeSlow('a server with a certificate of a private authority', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  const company = useTofuPilot(true);

  it('is trusted by the editor and by scripts with the CA file', async () => {
    const window = workbench();
    const behind = new StationApi(company.behind, company.userKey);
    const procedure = await behind.call(procedures.create, { body: { name: 'Functional test', identifier: 'FVT1' } });
    const { id } = await behind.call(stations.create, { body: { name: 'Line 1', procedure_id: procedure.id } });
    const { api_key: key } = await behind.call(local.generateKey, { params: { id } });
    const ca = join(bench.folder, 'company.pem');
    writeFileSync(ca, company.certificates?.authority ?? '');
    bench.script('openhtf_fvt1.py');
    await window.open(bench.workspace);
    await window.command('Test Stations: Add TofuPilot Server…');
    await window.quickInput.opened('Add TofuPilot server (1/2)');
    await window.quickInput.fill(company.host);
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.dialog.text(), /The identity of .* could not be verified/));
    await window.screenshot('untrusted-certificate', 'dark');
    await window.dialog.click('Choose CA File');
    await window.quickInput.opened('Certificates of the authority (PEM)');
    await window.quickInput.file(ca);
    await window.quickInput.opened('Add TofuPilot server (2/2)');
    await window.quickInput.fill(company.userKey);
    await window.quickInput.accept();
    await window.quickInput.closed();
    await window.openContainer('Test Stations');
    await pasteKey(window, 'Line 1', key);
    await window.openFile('openhtf_fvt1.py');
    await window.editorAction('Run Procedure on Station');
    await window.notification(/SN-0001: PASS.*Saved as a run of Functional test/).locator.waitFor();
    assert.equal((await behind.call(overview.get, { params: { id } })).week[0]?.runs, 1);
  });
});
