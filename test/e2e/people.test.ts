import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { accounts } from '../../src/shared/contract/accounts.ts';
import { readInvitation } from '../../src/shared/contract/invitationLink.ts';
import { createStation, saveAs } from './support/bench.ts';
import { Editor } from './support/editor.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

describe('the people of a station server', function () {
  const { bench, workbench } = useSharedBench();
  let invitation = '';

  const ada = async () => {
    const { data } = await (await bench.api()).call(accounts.list);
    return data.find(({ email }) => email === 'ada@lab.example') ?? assert.fail('Ada is no user');
  };
  const useServer = async (name: string): Promise<void> => {
    await workbench().command('Test Stations: Switch Server…');
    await workbench().quickInput.pick(name);
  };

  it('are invited by an administrator, whose invitation is in the clipboard only', async () => {
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await window.command('Test Stations: Manage Users…');
    await window.quickInput.row('Local user').waitFor();
    await window.quickInput.pick('Invite User…');
    await window.quickInput.opened('Invite user (1/3)');
    await window.quickInput.fill('Ada Byron');
    await window.quickInput.accept();
    await window.quickInput.opened('Invite user (2/3)');
    await window.quickInput.fill('ada');
    await window.quickInput.accept();
    await eventually(async () => assert.match(await window.quickInput.message(), /An e-mail address is needed/));
    await window.quickInput.fill('ada@lab.example');
    await window.quickInput.accept();
    await window.quickInput.opened('Invite user (3/3)');
    await window.screenshot('people-role', 'light');
    invitation = await window.copied(() => window.quickInput.pick('Engineer'));
    const done = window.notification(/^The invitation for Ada Byron is in the clipboard/);
    assert.doesNotMatch(await done.text(), /#/);
    await done.close();
    assert.equal(readInvitation(invitation)?.origin, bench.address().url);
    await window.command('Test Stations: Manage Users…');
    await window.quickInput.row('Ada Byron').waitFor();
    await window.screenshots('people-users');
    await window.quickInput.cancel();
  });

  it('connect with their invitation, which is the only thing that they type', async () => {
    const window = workbench();
    await window.command('Test Stations: Connect to Lab Server…');
    await window.quickInput.opened('Connect to lab server');
    await window.screenshot('people-connect', 'light');
    await window.quickInput.fill(invitation);
    await window.quickInput.accept();
    await window.quickInput.closed();
    const host = new URL(bench.address().url).host;
    await window.openContainer('Test Stations');
    await window.page.getByText(host).first().waitFor();
    await window.tree('Stations').row('Bench 1').locator.waitFor();
    assert.equal((await ada()).invited_until, null);
    await createStation(window, 'Bench of Ada');
    await window.notification('Station Bench of Ada is ready').close();

    await window.command('Test Stations: Connect to Lab Server…');
    await window.quickInput.opened('Connect to lab server');
    await window.quickInput.fill(invitation);
    await window.quickInput.accept();
    await window.notification(/This invitation was used, replaced or revoked/).close();
  });

  it('read why their role does not allow something', async () => {
    const window = workbench();
    await window.command('Test Stations: Manage Users…');
    await window.notification(/needs the role administrator/).close();
    await window.screenshot('people-refused', 'light');
  });

  it('get another role, are found in the audit log, and lose their access', async () => {
    const window = workbench();
    await useServer('This Machine');
    const choose = async (action: string): Promise<void> => {
      await window.command('Test Stations: Manage Users…');
      await window.quickInput.pick('Ada Byron');
      await window.quickInput.opened('Ada Byron');
      await window.quickInput.pick(action);
    };
    await choose('Change Role…');
    await window.quickInput.opened('Role of Ada Byron');
    await window.quickInput.pick('Viewer');
    await eventually(async () => assert.equal((await ada()).role, 'viewer'));
    await choose('Revoke Access…');
    assert.match(await window.dialog.text(), /Revoke the access of Ada Byron\?.*All keys of this user end at once/s);
    await window.screenshot('people-revoke', 'light');
    await window.dialog.click('Revoke Access');
    await eventually(async () => assert.notEqual((await ada()).revoked_at, null));
    await window.command('Test Stations: Show Audit Log');
    const editor = new Editor(window.page);
    await editor.text('Ada Byron · stations.create · done').waitFor();
    await editor.text('Local user · local.users.revoke · done').waitFor();
    await window.screenshots('people-audit');
    await window.command('Test Stations: Export Audit Log…');
    await window.quickInput.pick('CSV');
    const [columns, newest] = (await saveAs(window, bench, /^Audit log \d{4}-\d\d-\d\d\.csv$/)).split('\r\n');
    assert.equal(columns, '\uFEFFat,user_name,user_id,operation,outcome,target_id,input');
    assert.match(newest ?? '', /^\d{4}-.+,Local user,[\w-]+,local\.users\.revoke,done,/);
    await useServer(new URL(bench.address().url).host);
    await window.page
      .getByText(/no longer accepts your key/)
      .first()
      .waitFor();
    await window.screenshot('people-revoked', 'light');
    await window.command('Test Stations: Remove Server…');
    await window.quickInput.pick(new URL(bench.address().url).host);
    await window.dialog.click('Remove Server');
    await window.tree('Stations').row('Bench 1').locator.waitFor();
  });
});
