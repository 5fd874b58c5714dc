import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import type { BrowserContext } from 'playwright-core';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { trustEnvironment } from '../../src/extension/run/process/scriptEnvironment.ts';
import { attachments } from '../../src/shared/contract/attachments.ts';
import { local } from '../../src/shared/contract/local.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { openBrowser } from '../e2e/support/browser.ts';
import { build } from '../e2e/support/places.ts';
import { adminKey } from '../server/bench.ts';
import { pythons, runScript } from '../server/pythons.ts';
import { TestClient } from '../server/requests.ts';
import { StreamedScript } from '../server/streamedScript.ts';
import { startServer, type TestServer } from '../server/support.ts';
import { watch } from '../server/watcher.ts';
import { skip } from '../support/skip.ts';
import { codeBlocks, Lab, name, quoted } from './lab.ts';

/** What is documented, as it stands there. */
const [nginxSite = ''] = codeBlocks('how-to/network-server.md', 'nginx');
const [caddyFile = ''] = codeBlocks('how-to/network-server.md', 'caddyfile');
const commands = codeBlocks('how-to/network-server.md', 'sh').flatMap((block) => block.split('\n'));
/** The options after the data folder, in the one documented command with this option. */
function documentedOptions(option: string): string[] {
  const [line, ...others] = commands.filter((each) => each.includes('server.js --data') && each.includes(option));
  assert.ok(line !== undefined && others.length === 0, `one command with ${option}: ${line}, ${others.join(', ')}`);
  return line.replace(/^.*--data \S+ /, '').split(' ');
}

interface Arrangement {
  title: string;
  options: () => string[];
  proxy?: { program: string; args: string[]; endSignal: NodeJS.Signals; etc: Record<string, Record<string, string>> };
  /** Which addresses the server gives is all that a rewritten header can change: an attachment's show it. */
  attachmentsOnly?: boolean;
}

const behindProxy = (): string[] => documentedOptions('--port 4711 --public-url');
const nginx = (site: string): NonNullable<Arrangement['proxy']> => ({
  program: 'nginx',
  args: ['-g', 'daemon off;'],
  endSignal: 'SIGTERM', // its workers would outlive a killed master
  etc: { 'nginx/conf.d': { 'test-stations.conf': site } },
});
const caddy = (file: string): NonNullable<Arrangement['proxy']> => ({
  program: 'caddy',
  endSignal: 'SIGKILL', // it would wait for its clients
  args: ['run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
  etc: { caddy: { Caddyfile: file } },
});

const arrangements: Arrangement[] = [
  { title: 'behind nginx, as documented', options: behindProxy, proxy: nginx(nginxSite) },
  {
    title: 'behind an nginx that rewrites the Host header',
    options: behindProxy,
    attachmentsOnly: true,
    proxy: nginx(nginxSite.replaceAll(/^.*proxy_set_header Host .*\n/gm, '')),
  },
  { title: 'behind Caddy, as documented', options: behindProxy, proxy: caddy(caddyFile) },
  {
    title: 'behind a Caddy that rewrites the Host header',
    options: behindProxy,
    attachmentsOnly: true,
    proxy: caddy(caddyFile.replace('{\n\t\ttransport', '{\n\t\theader_up Host {upstream_hostport}\n\t\ttransport')),
  },
  { title: 'with HTTPS of its own, as documented', options: () => documentedOptions('--cert') },
];

describe('a station server on another machine', function () {
  this.timeout(180_000);
  let lab: Lab;
  let browser: BrowserContext;
  const usual = getGlobalDispatcher();
  /** What has begun, and how to end it: a suite that is skipped has begun nothing. */
  const endings: (() => Promise<unknown>)[] = [];

  before(async function () {
    const reason = Lab.whyNot();
    if (reason !== null) skip(this, reason);
    lab = await Lab.create();
    endings.push(() => lab.remove());
    setGlobalDispatcher(
      new Agent({
        connect: {
          ca: lab.certificates.authority,
          lookup: (host, options, found) => {
            assert.equal(host, name);
            if (options.all) found(null, [{ address: lab.address, family: 4 }]);
            else found(null, lab.address, 4);
          },
        },
      }),
    );
    const key = new X509Certificate(lab.certificates.certificate).publicKey.export({ type: 'spki', format: 'der' });
    browser = await openBrowser(join(lab.folder, 'profile'), [
      `--host-resolver-rules=MAP ${name} ${lab.address}`,
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`,
    ]);
    endings.push(() => browser.close());
  });

  after(async () => {
    setGlobalDispatcher(usual);
    for (const end of endings.toReversed()) await end();
  });

  for (const [index, { title, options, proxy, attachmentsOnly }] of arrangements.entries()) {
    describe(title, () => {
      let server: TestServer | undefined;
      let running: ChildProcess | undefined;
      let url: string;
      let user: TestClient;
      let station: { id: string; key: string };
      let trusted: Record<string, string>;
      let script: StreamedScript | undefined;
      let window: ChildProcess | undefined;

      before(async () => {
        const given = options();
        const { cert, key } = { cert: lab.certificates.certificate, key: lab.certificates.key };
        const ssl = { ssl: { 'test-stations/cert.pem': cert, 'test-stations/key.pem': key } };
        const node = lab.onServer(quoted(process.execPath), ssl);
        server = await startServer(
          join(lab.folder, `data-${index}`),
          { TEST_STATIONS_ADMIN_KEY: adminKey },
          given,
          node,
        );
        url = server.address.public_url ?? '';
        assert.equal(url, given[given.indexOf('--public-url') + 1]);
        if (proxy)
          running = await lab.startProxy(
            lab.onServer(proxy.program, { ...ssl, ...proxy.etc }),
            proxy.args,
            443,
            proxy.endSignal,
          );
        user = new TestClient(url, adminKey);
        const { id: procedure_id } = await user.call(procedures.create, { body: { name: 'Test', identifier: 'FVT1' } });
        const { id } = await user.call(stations.create, { body: { name: `Bench ${index}` } });
        await user.call(local.linkProcedure, { params: { id, procedure_id } });
        const { api_key } = await user.call(local.generateKey, { params: { id } });
        station = { id, key: api_key };
        const ca = lab.write('authority.pem', lab.certificates.authority);
        trusted = await trustEnvironment(join(lab.folder, 'trusted'), { file: ca, of: 'server' });
      });

      after(async () => {
        if (running) await lab.end(running);
        await server?.stop();
      });
      afterEach(async () => {
        await script?.kill();
        window?.kill();
      });

      it('takes an attachment of 20 MB and gives it back', async () => {
        const sent = Buffer.alloc(20_000_000, 'attachment ');
        const { id, upload_url } = await user.call(attachments.initialize, { body: { name: 'large.bin' } });
        assert.ok(upload_url.startsWith(`${url}/api/uploads/`), upload_url);
        const uploaded = await fetch(upload_url, { method: 'PUT', body: sent });
        assert.equal(uploaded.status, 200, await uploaded.text());
        const { url: download } = await user.call(attachments.finalize, { params: { id } });
        const received = Buffer.from(await (await fetch(download)).arrayBuffer());
        assert.ok(received.equals(sent));
      });

      if (attachmentsOnly === true) return;

      it('stores the results and attachments of the official clients', async () => {
        for (const python of pythons()) {
          const { code, output } = await runScript(lab.atBench(quoted(python)), 'openhtf_rich.py', {
            url,
            key: station.key,
            env: trusted,
          });
          assert.equal(code, 0, output);
        }
        const { data } = await user.call(runs.list, { query: { created_by_station_ids: station.id } });
        assert.equal(data.length, pythons().length);
        for (const { id } of data) {
          const run = await user.call(runs.get, { params: { id } });
          const note = run.attachments.find((each) => each.name === 'note')?.download_url ?? '';
          assert.ok(note.startsWith(`${url}/api/attachments/`), note);
          assert.equal(await (await fetch(note)).text(), 'hello bench');
        }
      });

      it('streams a test to the event streams and to the Operator UI, which answers its prompt', async () => {
        const folder = join(lab.folder, `streamed-${index}`);
        mkdirSync(folder);
        window = spawn(
          lab.atBench(quoted(process.execPath)),
          ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(import.meta.dirname, 'window.ts'), url, join(lab.folder, 'authority.pem')], // prettier-ignore
          { env: { ...process.env, TEST_KEY: adminKey }, stdio: ['ignore', 'pipe', 'inherit'] },
        );
        let heard = '';
        window.stdout?.on('data', (chunk: Buffer) => (heard += chunk.toString()));
        while (!heard.startsWith('test-stations\nhello\n')) await once(window.stdout ?? assert.fail(), 'data');

        const seen = await watch(url, station.id, station.key);
        // The newest official client streams no more: the oldest supported one does.
        const python = lab.atBench(quoted(pythons().at(-1) ?? ''));
        script = new StreamedScript(python, url, station.key, { folder, ca: null, env: trusted });
        await script.says(/Access Operator UI: /);
        const link = /https:\/\/[\w.:]+\/operator\/#[-0-9a-f]+\/tsl_[\w-]+/.exec(script.output)?.[0] ?? '';
        assert.ok(link.startsWith(`${url}/operator/#${station.id}/`), script.output);

        await seen.until(({ test }) => test?.prompt != null);
        const page = await browser.newPage();
        await page.goto(link);
        await page.getByText('Which colour has the LED?', { exact: true }).waitFor();
        await page.getByRole('button', { name: 'Sign In' }).click();
        await page.getByLabel('Station key or user key').fill(station.key);
        await page.keyboard.press('Enter');
        await page.getByLabel('Answer').fill('green');
        await page.keyboard.press('Enter');
        await page.getByText('3.2 ≤ x ≤ 3.4').waitFor();
        script.goOn();
        await page.getByLabel('Verdict').getByText('PASS', { exact: true }).waitFor();
        await page.screenshot({ path: join(build, 'screenshots', `network-${index}.png`) });
        await page.close();

        await seen.until(({ test }) => test?.status === 'completed');
        await seen.close();
        assert.equal(await script.ended(), 0, script.output);
        assert.doesNotMatch(script.output, /TP:WRN|disable Operator UI/);
        while (!/^run\.created$/m.test(heard)) await once(window.stdout ?? assert.fail(), 'data');
        const { url: shared } = await user.call(operator.link, { params: { id: station.id } });
        assert.equal(shared, link);
      });
    });
  }
});
