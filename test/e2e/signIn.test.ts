import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, it } from 'mocha';
import type { Page } from 'playwright-core';
import { accounts } from '../../src/shared/contract/accounts.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { TestClient } from '../server/requests.ts';
import { freePort } from '../support/freePort.ts';
import { clientId, clientSecret, SignInProvider } from '../support/signInProvider.ts';
import { describeSlow } from '../support/slow.ts';
import { axeProblems } from './support/axe.ts';
import { Bench, useBench } from './support/bench.ts';
import { type LabServer, startLabServer } from './support/labServer.ts';
import * as places from './support/places.ts';
import { eventually } from './support/until.ts';
import { areScreenshotsWanted } from './support/workbench.ts';

describeSlow('signing in to a lab server with its provider', function () {
  const bench = new Bench();
  const { workbench } = useBench(bench);
  let provider: SignInProvider;
  let lab: LabServer;

  before(async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    provider = await SignInProvider.start(`${url}/sign-in/callback`);
    provider.people.set('ada', { name: 'Ada Byron', email: 'ada@lab.example', email_verified: true });
    const args = ['--oidc-issuer', provider.url, '--oidc-client-id', clientId, '--oidc-domain', 'lab.example'];
    lab = await startLabServer(join(bench.folder, 'lab'), port, args, {
      TEST_STATIONS_OIDC_CLIENT_SECRET: clientSecret,
    });
    await new TestClient(lab.url, lab.adminKey).call(stations.create, { body: { name: 'Lab bench' } });
  });
  after(() => lab.stop());
  after(() => provider.stop());

  /** Saves the page in both color schemes and as on a narrow screen. */
  const screenshots = async (page: Page, name: string): Promise<void> => {
    if (!areScreenshotsWanted) return;
    const folder = join(places.leavings, 'screenshots');
    await mkdir(folder, { recursive: true });
    const size = page.viewportSize();
    const save = (as: string) => page.screenshot({ path: join(folder, `${name}-${as}.png`) });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await save(colorScheme);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    await save('narrow');
    if (size !== null) await page.setViewportSize(size);
  };

  const beginInBrowser = async (how: string): Promise<{ page: Page; code: string }> => {
    const window = workbench();
    const opened = window.page.context().waitForEvent('page');
    await window.quickInput.pick(how);
    const page = await opened;
    // The proxy of this VS Code opens ports of its machine below a path of its own, where the lab server refuses to answer.
    await page.waitForURL(/\/sign-in\/[\w-]{22}$/);
    await page.goto(lab.url + (/\/sign-in\/[\w-]{22}$/.exec(page.url())?.[0] ?? ''));
    const text = await window.notification(/It shows the code [A-Z]{4}-[A-Z]{4}/).text();
    return { page, code: /[A-Z]{4}-[A-Z]{4}/.exec(text)?.[0] ?? assert.fail(text) };
  };

  it('asks in the editor how to sign in, and in the browser whether the code is the same', async () => {
    const window = workbench();
    await window.open(bench.workspace);
    await window.command('Test Stations: Connect to Lab Server…');
    await window.quickInput.opened('Connect to lab server');
    await window.quickInput.fill(lab.url);
    await window.quickInput.accept();
    const how = `Sign In with ${new URL(provider.url).host}`;
    await window.quickInput.row(how).waitFor();
    await window.screenshots('sign-in-how');
    const { page, code } = await beginInBrowser(how);
    await window.screenshot('sign-in-waiting', 'light');
    await page.locator('input[name="login"]').fill('ada');
    await page.locator('input[name="password"]').fill('any');
    await page.locator('button[type="submit"]').click();

    await page.getByRole('heading', { name: 'Sign in Test Stations in VS Code as Ada Byron?' }).waitFor();
    assert.equal(await page.locator('.code').innerText(), code);
    assert.equal(new URL(page.url()).search, '');
    assert.deepEqual(await axeProblems(page), []);
    await screenshots(page, 'sign-in-confirm');
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.getByRole('heading', { name: /as Ada Byron\?/ }).waitFor(); // The tick is missing.
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Sign In' }).click();
    await page.getByRole('heading', { name: 'You are signed in as Ada Byron' }).waitFor();
    await screenshots(page, 'sign-in-done');
    await page.close();

    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Lab bench').locator.waitFor();
    const { data } = await new TestClient(lab.url, lab.adminKey).call(accounts.list);
    assert.deepEqual(
      data.slice(1).map(({ name, email, role }) => [name, email, role]),
      [['Ada Byron', 'ada@lab.example', 'viewer']],
    );
  });

  it('says in the editor that the sign-in was canceled, or the access revoked', async () => {
    const window = workbench();
    const start = async () => {
      await window.command('Test Stations: Sign In…');
      await window.quickInput.row('Use a User Key').waitFor();
      return beginInBrowser(`Sign In with ${new URL(provider.url).host}`);
    };
    const { page: first } = await start();
    await first.getByRole('button', { name: 'Cancel' }).click();
    await first.getByRole('heading', { name: 'The sign-in was canceled' }).waitFor();
    await first.close();
    await window.notification('The sign-in was canceled in the browser.').close();

    const admin = new TestClient(lab.url, lab.adminKey);
    const ada = (await admin.call(accounts.list)).data.find(({ name }) => name === 'Ada Byron');
    await admin.call(accounts.revoke, { params: { id: ada?.id ?? '' } });
    const { page: second } = await start();
    await second.getByText('Your access to this server was revoked.').waitFor();
    await screenshots(second, 'sign-in-revoked');
    await second.close();
    await window.notification(/^Your access to this server was revoked/).close();
    await eventually(async () =>
      assert.equal(await window.notification(/It shows the code/).locator.isVisible(), false),
    );
  });
});
