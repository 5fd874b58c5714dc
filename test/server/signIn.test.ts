import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, afterEach, before, describe, it } from 'mocha';
import { accounts } from '../../src/shared/contract/accounts.ts';
import { audit } from '../../src/shared/contract/audit.ts';
import { readInvitation } from '../../src/shared/contract/invitationLink.ts';
import { local } from '../../src/shared/contract/local.ts';
import type { Answer } from '../../src/shared/contract/operation.ts';
import { signIns } from '../../src/shared/contract/signIns.ts';
import { freePort } from '../support/freePort.ts';
import { clientId, clientSecret, SignInProvider } from '../support/signInProvider.ts';
import { adminKey } from './bench.ts';
import { TestClient } from './requests.ts';
import { SignInBrowser } from './signInBrowser.ts';
import { runServerProgram, startServer, temporaryFolder, type TestServer } from './support.ts';

type Begun = Answer<typeof signIns.begin>;

describe('signing in with an OpenID Connect provider', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const shift = join(temporaryFolder(), 'shift');
  const shiftedDate = pathToFileURL(join(import.meta.dirname, '../faults/shiftedDate.ts')).href;
  let provider: SignInProvider;
  let server: TestServer;
  let user: TestClient;
  let open: TestClient;
  let publicUrl = '';

  const start = (issuer: string, ...args: string[]): Promise<TestServer> =>
    startServer(
      folder,
      {
        TEST_STATIONS_ADMIN_KEY: adminKey,
        TEST_STATIONS_OIDC_CLIENT_SECRET: clientSecret,
        NODE_OPTIONS: `--import=${shiftedDate}`,
        SHIFT_FILE: shift,
      },
      [
        ...['--port', new URL(publicUrl).port, '--public-url', publicUrl],
        ...['--oidc-issuer', issuer, '--oidc-client-id', clientId, ...args],
      ],
    );
  const restart = async (issuer: string, ...args: string[]): Promise<void> => {
    await server.stop();
    server = await start(issuer, ...args);
  };

  before(async () => {
    writeFileSync(shift, '0');
    publicUrl = `http://127.0.0.1:${await freePort()}`;
    provider = await SignInProvider.start(`${publicUrl}/sign-in/callback`, { configuration: { ttl: { IdToken: 5 } } });
    server = await start(provider.url, '--oidc-domain', 'lab.example');
    user = new TestClient(publicUrl, adminKey);
    open = new TestClient(publicUrl, '');
  });
  afterEach(() => writeFileSync(shift, '0'));
  after(() => server.stop());
  after(() => provider.stop());

  const person = (subject: string, claims: Record<string, unknown> = {}): string => {
    const email = `${subject}@lab.example`;
    provider.people.set(subject, { name: `Person ${subject}`, email, email_verified: true, ...claims });
    return subject;
  };
  const begin = () => open.call(signIns.begin);
  const finish = ({ id, secret }: Begun) => open.send(signIns.finish, { params: { id }, body: { secret } });
  const signedIn = async (begun: Begun) => {
    const reply = await finish(begun);
    assert.equal(reply.status, 200, reply.text);
    return signIns.finish.answer.parse(reply.json()).signed_in ?? assert.fail('not signed in yet');
  };
  const complete = async (subject: string, browser = new SignInBrowser()) => {
    const begun = await begin();
    const page = await browser.confirm(await browser.signIn(begun.url, subject));
    assert.equal(page.status, 200, page.html);
    return signedIn(begun);
  };
  const refused = async (subject: string, pattern: RegExp): Promise<void> => {
    const begun = await begin();
    const page = await new SignInBrowser().signIn(begun.url, subject);
    assert.equal(page.status, 403, page.html);
    assert.match(page.html, pattern);
    const reply = await finish(begun);
    assert.equal(reply.status, 403);
    assert.match(reply.text, pattern);
  };
  const accountOf = async (email: string) =>
    (await user.call(accounts.list)).data.find((each) => each.email === email) ?? null;
  const entries = async (operation: string) =>
    (await user.call(audit.list, { query: { limit: '100', operation } })).data;
  const atCallback = (url: URL): boolean => url.pathname === '/sign-in/callback';

  it('is offered by the server, without the secret of the client', async () => {
    const health = await open.call(local.health);
    assert.deepEqual(health.sign_in, { provider: new URL(provider.url).host });
    assert.doesNotMatch(readFileSync(join(folder, 'server.json'), 'utf8'), new RegExp(clientSecret));
  });

  it('creates an account, shows the code in the browser, and gives the editor a key, once', async () => {
    const begun = await begin();
    assert.equal(new URL(begun.url).origin, publicUrl);
    assert.doesNotMatch(begun.url, new RegExp(`${begun.secret}|${begun.code}`));
    assert.deepEqual((await finish(begun)).json(), { signed_in: null });
    const browser = new SignInBrowser();
    const page = await browser.signIn(begun.url, person('ada', { name: 'Ada Byron' }));
    assert.equal(page.url.href, begun.url);
    assert.match(page.html, /Sign in Test Stations in VS Code as Ada Byron\?/);
    assert.match(page.html, new RegExp(begun.code));
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
    assert.doesNotMatch(page.html, /<script/);
    assert.equal(await accountOf('ada@lab.example'), null);
    assert.deepEqual((await finish(begun)).json(), { signed_in: null });

    const done = await browser.confirm(page);
    assert.match(done.html, /You are signed in as Ada Byron/);
    const ada = await signedIn(begun);
    assert.equal((await finish(begun)).status, 404);
    const own = await new TestClient(publicUrl, ada.api_key).call(accounts.own);
    assert.deepEqual(own, { id: ada.id, name: 'Ada Byron', email: 'ada@lab.example', role: 'viewer' });
    assert.ok(!browser.redirects.some(({ href }) => href.includes(ada.api_key) || href.includes(begun.secret)));

    const [created] = await entries('local.users.create');
    assert.deepEqual([created?.user_name, created?.user_id, created?.target_id], ['Sign-in', null, ada.id]);
    const [signIn] = await entries('local.signIns.finish');
    assert.deepEqual([signIn?.user_name, signIn?.user_id, signIn?.outcome], ['Ada Byron', ada.id, 'done']);
    assert.deepEqual(JSON.parse(signIn?.input ?? ''), { issuer: provider.url, subject: 'ada' });
  });

  it('finds the account by its verified e-mail address, then by the subject, and follows the name', async () => {
    const body = { name: 'Grace', email: 'Grace@Elsewhere.example', role: 'engineer' as const };
    const { id } = await user.call(accounts.create, { body });
    const first = await complete(person('grace', { name: 'Grace Hopper', email: 'grace@elsewhere.example' }));
    assert.deepEqual([first.id, first.role, first.name], [id, 'engineer', 'Grace Hopper']);
    const again = await complete(person('grace', { name: 'Grace B. Hopper', email: 'admiral@elsewhere.example' }));
    assert.deepEqual([again.id, again.name, again.email], [id, 'Grace B. Hopper', 'Grace@Elsewhere.example']);
    const unnamed = await complete(person('grace', { name: undefined }));
    assert.equal(unnamed.name, 'Grace B. Hopper');
  });

  it('does not give an account to someone with an unverified address, or with an address that was passed on', async () => {
    const { id } = await complete(person('linus'));
    const lie = { email: 'linus@lab.example', email_verified: false };
    await refused(person('mallory', lie), /has not confirmed your e-mail address/);
    await refused(person('mallory', { ...lie, email_verified: undefined }), /has not confirmed/);
    await refused(person('mallory', { ...lie, email_verified: 'false' }), /has not confirmed/);
    await refused(person('successor', { email: 'LINUS@lab.example' }), /belongs to another user/);
    assert.equal((await complete('linus')).id, id);
    const refusals = (await entries('local.signIns')).filter(({ outcome }) => outcome === 'refused');
    assert.equal(refusals.length, 2, 'one entry a minute for each person');
    assert.ok(refusals.every(({ user_name, user_id }) => user_name === 'Sign-in' && user_id === null));
    assert.match(refusals[0]?.input ?? '', /"subject":"successor".*belongs to another user/);
  });

  it('never gives the account of the data folder to anyone', async () => {
    const { email, name } = await user.call(accounts.own);
    await refused(person('root', { email, name: 'Root' }), /belongs to another user/);
    assert.equal((await user.call(accounts.own)).name, name);
  });

  it('creates no account for an address of another domain', async () => {
    for (const email of [
      'eve@elsewhere.example',
      'eve@sub.lab.example',
      'eve@lab.example.evil.example',
      'evelab.example',
    ]) {
      await refused(person('eve', { email }), /There is no account for|has not confirmed/);
    }
    assert.equal(await accountOf('eve@elsewhere.example'), null);
  });

  it('refuses a revoked account until it is invited again, also under another subject', async () => {
    const { id, api_key } = await complete(person('rob'));
    await user.call(accounts.revoke, { params: { id } });
    assert.equal((await new TestClient(publicUrl, api_key).send(accounts.own)).status, 401);
    await refused('rob', /Your access to this server was revoked/);
    await refused(person('rob2', { email: 'rob@lab.example' }), /Your access to this server was revoked/);
    const [entry] = (await entries('local.signIns')).filter(({ user_id }) => user_id === id);
    assert.deepEqual([entry?.outcome, entry?.user_name], ['refused', 'Person rob']);
    const { link } = await user.call(accounts.invite, { params: { id } });
    await open.call(accounts.acceptInvitation, { body: { token: readInvitation(link)?.token ?? '' } });
    assert.equal((await complete('rob2')).id, id);
  });

  it('gives no key to an account that was revoked after the confirmation', async () => {
    const { id } = await complete(person('late'));
    const begun = await begin();
    const browser = new SignInBrowser();
    await browser.confirm(await browser.signIn(begun.url, 'late'));
    await user.call(accounts.revoke, { params: { id } });
    assert.equal((await finish(begun)).status, 403);
    assert.equal((await finish(begun)).status, 404);
  });

  it('refuses a wrong secret, a wrong id, and a wrong state', async () => {
    const begun = await begin();
    const browser = new SignInBrowser();
    await browser.confirm(await browser.signIn(begun.url, person('sam')));
    const other = await begin();
    assert.equal((await finish({ ...begun, secret: other.secret })).status, 404);
    assert.equal((await finish({ ...begun, secret: 'x' })).status, 404);
    assert.equal((await finish({ ...begun, id: other.id })).status, 404);
    assert.equal((await finish({ ...begun, id: 'short' })).status, 400);
    assert.equal((await signedIn(begun)).name, 'Person sam');

    const returned = await browser.signIn(other.url, 'sam', atCallback);
    const forged = new URL(returned.url);
    forged.searchParams.set('state', 'x'.repeat(43));
    assert.equal((await browser.open(forged)).status, 404);
    forged.searchParams.delete('state');
    assert.equal((await browser.open(forged)).status, 404);
    assert.equal((await browser.open(returned.url)).url.href, other.url);
  });

  it('accepts an answer of the provider once, and only from the browser that began', async () => {
    const begun = await begin();
    const browser = new SignInBrowser();
    const { url } = await browser.signIn(begun.url, person('ken'), atCallback);
    for (const address of [url, begun.url]) {
      const stolen = await new SignInBrowser().open(address);
      assert.equal(stolen.status, 403);
      assert.match(stolen.html, /opened in another browser or profile/);
    }
    const page = await browser.open(url);
    assert.match(page.html, /as Person ken\?/);
    assert.equal((await browser.open(url)).status, 404);
    const thief = new SignInBrowser();
    await thief.open((await begin()).url, undefined, () => true);
    assert.equal((await thief.confirm(page)).status, 403);
    assert.deepEqual((await finish(begun)).json(), { signed_in: null });
    await browser.confirm(page);
    assert.equal((await browser.confirm(page)).status, 404);
    assert.equal((await signedIn(begun)).name, 'Person ken');
  });

  it('refuses a code of another sign-in of the same browser', async () => {
    const browser = new SignInBrowser();
    const [first, second] = [await begin(), await begin()];
    const one = await browser.signIn(first.url, person('ann'), atCallback);
    const two = await browser.signIn(second.url, 'ann', atCallback);
    const swapped = new URL(one.url);
    swapped.searchParams.set('code', two.url.searchParams.get('code') ?? '');
    const page = await browser.open(swapped);
    assert.equal(page.status, 502);
    assert.match(page.html, /The answer of 127\.0\.0\.1:\d+ was not accepted/);
    assert.deepEqual((await finish(first)).json(), { signed_in: null });
    const again = await browser.open(new URL(/href="(\/sign-in\/[^"]+)"/.exec(page.html)?.[1] ?? '', publicUrl));
    await browser.confirm(again);
    assert.equal((await signedIn(first)).name, 'Person ann');
  });

  it('needs the token of the form and the tick, and can be canceled', async () => {
    const begun = await begin();
    const browser = new SignInBrowser();
    const page = await browser.signIn(begun.url, person('tim'));
    assert.equal((await browser.confirm(page, { token: 'guessed' })).status, 403);
    assert.equal((await browser.confirm(page, { same: '' })).status, 403);
    assert.deepEqual((await finish(begun)).json(), { signed_in: null });
    assert.equal((await browser.confirm(page, { filler: 'x'.repeat(2_000) })).status, 403);
    assert.match((await browser.confirm(page, { answer: 'cancel', same: '' })).html, /The sign-in was canceled/);
    const canceled = await finish(begun);
    assert.equal(canceled.status, 403);
    assert.match(canceled.text, /canceled in the browser/);
    assert.equal(await accountOf('tim@lab.example'), null);
  });

  it('shows names as text, and never as the name of another', async () => {
    const name = '<img src=x onerror=alert(1)>\u202e"\'&';
    const begun = await begin();
    const browser = new SignInBrowser();
    const page = await browser.signIn(begun.url, person('html', { name }));
    assert.match(page.html, /&lt;img src=x onerror=alert\(1\)&gt; &quot;&#39;&amp;/);
    assert.doesNotMatch(page.html, /<img|\u202e/);
    assert.doesNotMatch((await browser.confirm(page)).html, /<img/);
    assert.equal((await signedIn(begun)).name, '<img src=x onerror=alert(1)> "\'&');

    assert.equal((await complete(person('actor', { name: 'Command line' }))).name, 'actor@lab.example');
    assert.equal((await complete(person('long', { name: 'x'.repeat(5_000) }))).name.length, 60);
    assert.equal((await complete(person('blank', { name: ' \u0000 ', preferred_username: 'blank1' }))).name, 'blank1');
    await refused(person('markup', { email: '"<b>"@lab.example' }), /has not confirmed/);
  });

  it('redirects to the provider and to its own pages only', async () => {
    const begun = await begin();
    const browser = new SignInBrowser();
    const tricks = '?redirect_uri=https://evil.example&next=//evil.example&iss=https://evil.example';
    await browser.confirm(await browser.signIn(begun.url + tricks, person('redirected')));
    await browser.open(`${publicUrl}/sign-in//evil.example`);
    await browser.open(`${publicUrl}/sign-in/%2f%2fevil.example`);
    await browser.open(`${publicUrl}/sign-in/callback${tricks}&state=x&code=x`);
    const origins = new Set(browser.redirects.map(({ origin }) => origin));
    assert.deepEqual([...origins].sort(), [provider.url, publicUrl].sort());
    const forwarded = await fetch((await begin()).url, {
      redirect: 'manual',
      headers: { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
    });
    const sent = new URL(forwarded.headers.get('location') ?? '');
    assert.equal(sent.searchParams.get('redirect_uri'), `${publicUrl}/sign-in/callback`);
    assert.equal(sent.searchParams.get('code_challenge_method'), 'S256');
  });

  it('says what the provider refused, and can be tried again', async () => {
    const begun = await begin();
    const browser = new SignInBrowser();
    const { url } = await browser.signIn(begun.url, person('denied'), atCallback);
    const state = url.searchParams.get('state') ?? '';
    const iss = encodeURIComponent(provider.url);
    const denied = `${publicUrl}/sign-in/callback?error=access_denied&error_description=%3Cb%3ENo&state=${state}&iss=${iss}`;
    const page = await browser.open(denied);
    assert.equal(page.status, 502);
    assert.match(page.html, /refused the sign-in: &lt;b&gt;No/);
    assert.equal((await complete('denied', browser)).name, 'Person denied');
  });

  it('refuses an answer in the name of another issuer', async () => {
    const browser = new SignInBrowser();
    const { url } = await browser.signIn((await begin()).url, person('mixed'), atCallback);
    url.searchParams.set('iss', 'https://evil.example');
    assert.equal((await browser.open(url)).status, 502);
  });

  it('tolerates a clock that differs by half a minute from that of the provider, and not by two minutes', async () => {
    for (const seconds of [-30, 30]) {
      writeFileSync(shift, String(seconds * 1_000));
      assert.equal((await complete(person('skewed'))).name, 'Person skewed');
    }
    writeFileSync(shift, '120000');
    const page = await new SignInBrowser().signIn((await begin()).url, 'skewed');
    assert.match(page.html, /was not accepted/);
  });

  it('says that the provider is down, and works when it is back', async () => {
    const port = await freePort();
    await restart(`http://127.0.0.1:${port}`, '--oidc-domain', 'lab.example');
    const begun = await begin();
    const page = await new SignInBrowser().open(begun.url);
    assert.equal(page.status, 502);
    assert.match(page.html, /The station server cannot reach 127\.0\.0\.1:\d+\. Try again later\./);
    await restart(provider.url, '--oidc-domain', 'lab.example');
    assert.equal((await finish(begun)).status, 404);
    await complete(person('patient'));
  });

  it('trusts no provider that names another issuer', async () => {
    const liar = await SignInProvider.start(`${publicUrl}/sign-in/callback`, { issuer: provider.url });
    await restart(liar.url);
    const page = await new SignInBrowser().open((await begin()).url);
    assert.equal(page.status, 502);
    assert.match(page.html, /was not accepted/);
    await liar.stop();
    await restart(provider.url);
  });

  it('lets only people with an account in without a domain, and trusts unverified addresses only with the option for it', async () => {
    await restart(provider.url);
    await refused(person('stranger'), /There is no account for stranger@lab\.example/);
    await restart(provider.url, '--oidc-domain', 'LAB.example', '--oidc-role', 'engineer', '--oidc-trust-emails');
    await refused(person('stranger', { email_verified: false }), /has not confirmed/);
    assert.equal((await complete(person('stranger', { email_verified: undefined }))).role, 'engineer');
  });

  it('is refused at the start with wrong options', async () => {
    const given = ['--data', folder, '--public-url', publicUrl, '--oidc-issuer', provider.url, '--oidc-client-id', 'x'];
    const options: [string[], RegExp][] = [
      [['--data', folder, '--oidc-client-id', 'x'], /--oidc-client-id goes with --oidc-issuer/],
      [given.slice(0, 6), /--oidc-client-id ID is missing/],
      [[...given.slice(0, 2), ...given.slice(4)], /--oidc-issuer needs --public-url/],
      [[...given, '--oidc-issuer', 'http://login.lab.example'], /--oidc-issuer must be an https address/],
      [[...given, '--oidc-role', 'engineer'], /--oidc-role goes with --oidc-domain/],
      [
        [...given, '--oidc-domain', 'x.example', '--oidc-role', 'administrator'],
        /--oidc-role must be viewer or engineer/,
      ],
      [[...given, '--oidc-domain', '@lab.example'], /--oidc-domain must be the part/],
    ];
    for (const [args, pattern] of options) {
      const { code, stderr } = await runServerProgram(args);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(stderr, pattern);
    }
  });

  it('is unknown to a server without a provider', async () => {
    await server.stop();
    server = await startServer(folder, { TEST_STATIONS_ADMIN_KEY: adminKey }, ['--port', new URL(publicUrl).port]);
    assert.equal((await open.call(local.health)).sign_in, undefined);
    const reply = await open.send(signIns.begin);
    assert.equal(reply.status, 404);
    assert.match(reply.text, /has no provider to sign in with/);
    assert.equal((await fetch(`${publicUrl}/sign-in/${'x'.repeat(22)}`)).status, 404);
  });
});
