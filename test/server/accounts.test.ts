import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'mocha';
import { type Account, accounts } from '../../src/shared/contract/accounts.ts';
import { audit } from '../../src/shared/contract/audit.ts';
import { readInvitation } from '../../src/shared/contract/invitationLink.ts';
import { local } from '../../src/shared/contract/local.ts';
import type { Operation, Role } from '../../src/shared/contract/operation.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { users } from '../../src/shared/contract/users.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { useServer } from './bench.ts';
import { MqttClient } from './mqttClient.ts';
import { sendInTwoParts, TestClient } from './requests.ts';
import { newUserKey, runServerProgram } from './support.ts';

describe('accounts', function () {
  this.timeout(60_000);
  const bench = useServer();

  const withToken = <T extends { link: string }>(invitation: T): T & { token: string } => {
    const read = readInvitation(invitation.link);
    assert.equal(read?.origin, bench.server.url);
    return { ...invitation, token: read.token };
  };
  const invite = async (name: string, role: Role = 'engineer') =>
    withToken(
      await bench.user.call(accounts.create, { body: { name, email: `${name.toLowerCase()}@lab.example`, role } }),
    );
  const inviteAgain = async (id: string) => withToken(await bench.user.call(accounts.invite, { params: { id } }));
  const accept = async (token: string): Promise<TestClient> => {
    const { api_key } = await new TestClient(bench.server.url, '').call(accounts.acceptInvitation, { body: { token } });
    return new TestClient(bench.server.url, api_key);
  };
  const joinAs = async (name: string, role?: Role): Promise<{ id: string; client: TestClient }> => {
    const { id, token } = await invite(name, role);
    return { id, client: await accept(token) };
  };
  const account = async (id: string): Promise<Account> => {
    const { data } = await bench.user.call(accounts.list);
    const found = data.find((each) => each.id === id);
    assert.ok(found);
    return found;
  };
  const database = <T>(work: (database: DatabaseSync) => T): T => {
    const opened = new DatabaseSync(join(bench.folder, 'stations.db'));
    try {
      return work(opened);
    } finally {
      opened.close();
    }
  };

  it('have the user of the data folder as their first, who is an administrator and stays one', async () => {
    const own = await bench.user.call(accounts.own);
    assert.deepEqual([own.name, own.role], ['Local user', 'administrator']);
    const params = { id: own.id };
    for (const refused of [
      await bench.user.send(accounts.revoke, { params }),
      await bench.user.send(accounts.update, { params, body: { role: 'viewer' } }),
    ]) {
      assert.equal(refused.status, 409, refused.text);
      assert.match(refused.text, /data folder belongs, and stays an administrator/);
    }
    await bench.user.call(accounts.update, { params, body: { name: 'Grace' } });
    assert.equal((await bench.user.call(accounts.own)).name, 'Grace');
  });

  it('keep their first when the clock was set back before others were added', async () => {
    const { id: first } = await bench.user.call(accounts.own);
    const { client } = await joinAs('Early', 'administrator');
    const setClockBack = `update users set created_at = created_at - 86400000 where name = 'Early'`;
    database((each) => each.exec(setClockBack));
    const refused = await client.send(accounts.revoke, { params: { id: first } });
    assert.equal(refused.status, 409, refused.text);
    assert.equal((await bench.user.call(accounts.list)).data[0]?.id, first);
    assert.equal((await bench.user.call(users.list))[0]?.id, first);
    const added = new TestClient(bench.server.url, await newUserKey(bench.folder));
    assert.equal((await added.call(accounts.own)).id, first);
  });

  it('let no administrator invite someone to the account of the data folder', async () => {
    const { id } = await bench.user.call(accounts.own);
    const { client } = await joinAs('Eve', 'administrator');
    const refused = await client.send(accounts.invite, { params: { id } });
    assert.equal(refused.status, 409, refused.text);
    assert.match(refused.text, /cannot be invited\. Create a key with .*new-user-key/);
    assert.equal((await account(id)).invited_until, null);
  });

  it('give a personal key for an invitation, once', async () => {
    const { id, token, expires_at } = await invite('Ada');
    assert.equal((await account(id)).invited_until, expires_at);
    assert.ok(Math.abs(Date.parse(expires_at) - Date.now() - 7 * 86_400_000) < 60_000, expires_at);
    const ada = await accept(token);
    assert.deepEqual(await ada.call(accounts.own), {
      ...{ id, name: 'Ada', email: 'ada@lab.example', role: 'engineer' },
    });
    assert.equal((await account(id)).invited_until, null);
    const again = await bench.user.send(accounts.acceptInvitation, { body: { token } });
    assert.equal(again.status, 404);
    assert.match(again.text, /used, replaced or revoked, or it is too old/);
    const stored = database((each) => JSON.stringify(each.prepare('select * from invitations').all()));
    assert.doesNotMatch(stored, new RegExp(token));
  });

  it('give one key when an invitation is accepted many times at once', async () => {
    const { token } = await invite('Many');
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => bench.user.send(accounts.acceptInvitation, { body: { token } })),
    );
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, ...Array.from({ length: 7 }, () => 404)]);
  });

  it('refuse an invitation that was replaced, revoked, or is too old', async () => {
    const { id, token: replaced } = await invite('Late');
    const { token: old } = await inviteAgain(id);
    database((each) => each.prepare('update invitations set expires_at = ? where user_id = ?').run(Date.now(), id));
    assert.equal((await account(id)).invited_until, null);
    const { id: other, token: revoked } = await invite('Never');
    await bench.user.call(accounts.revoke, { params: { id: other } });
    for (const token of [replaced, old, revoked]) {
      assert.equal((await bench.user.send(accounts.acceptInvitation, { body: { token } })).status, 404);
    }
  });

  it('have a page for their invitation, which needs neither a key nor a script', async () => {
    const response = await fetch((await invite('Page')).link);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
    const html = await response.text();
    assert.match(html, /Connect to Lab Server/);
    assert.doesNotMatch(html, /<script|https?:/);
  });

  it('belong to one e-mail address each, ignoring case', async () => {
    await invite('Unique');
    const body = { name: 'Other', email: 'UNIQUE@lab.example', role: 'viewer' as const };
    const refused = await bench.user.send(accounts.create, { body });
    assert.equal(refused.status, 409, refused.text);
    assert.match(refused.text, /Invite that user again/);
    const wrong = await bench.user.send(accounts.create, { body: { ...body, email: 'nobody' } });
    assert.match(wrong.text, /An e-mail address is needed, such as ada@lab\.example/);
  });

  it('cannot have a name that the audit log uses for itself', async () => {
    const { id } = await invite('Honest');
    for (const name of ['Command line', ' command\u00a0 LINE', 'Com\u200bmand line', 'Ｃommand line', 'sign-in']) {
      const body = { name, email: 'sly@lab.example', role: 'viewer' as const };
      for (const refused of [
        await bench.user.send(accounts.create, { body }),
        await bench.user.send(accounts.update, { params: { id }, body: { name } }),
      ]) {
        assert.equal(refused.status, 400, name);
        assert.match(refused.text, /The audit log uses this name for itself/);
      }
    }
    const args = ['user', 'add', '--data', bench.folder, '--email', 'sly@lab.example', '--role', 'viewer'];
    const { code, stderr } = await runServerProgram([...args, '--name', 'Command line']);
    assert.notEqual(code, 0);
    assert.match(stderr, /--name: The audit log uses this name for itself/);
  });

  it('lose all their keys at once, keep their name at what they did, and can come back', async () => {
    const { id, client } = await joinAs('Linus');
    const { token } = await inviteAgain(id);
    const second = await accept(token);
    const { id: procedure } = await client.call(procedures.create, { body: { name: 'By Linus' } });
    await bench.user.call(accounts.revoke, { params: { id } });
    for (const each of [client, second]) assert.equal((await each.send(accounts.own)).status, 401);
    assert.notEqual((await account(id)).revoked_at, null);
    const listed = (await bench.user.call(users.list)).find((each) => each.id === id);
    assert.equal(listed?.banned, true);
    const { created_by_user } = await bench.user.call(procedures.get, { params: { id: procedure } });
    assert.equal(created_by_user?.name, 'Linus');

    const back = await accept((await inviteAgain(id)).token);
    assert.equal((await back.call(accounts.own)).id, id);
    assert.equal((await account(id)).revoked_at, null);
  });

  it('follow a changed role from the next request on', async () => {
    const { id, client } = await joinAs('Rob', 'viewer');
    const create = () => client.send(stations.create, { body: { name: 'By Rob' } });
    const refused = await create();
    assert.equal(refused.status, 403);
    assert.match(refused.text, /needs the role engineer \(stations\.create\), and Rob has the role viewer/);
    await bench.user.call(accounts.update, { params: { id }, body: { role: 'engineer' } });
    assert.equal((await create()).status, 200);
    assert.equal((await client.send(accounts.list)).status, 403);
  });

  it('change nothing with a request that arrives after their role or access has ended', async () => {
    const late = async (role: Role, operation: Operation, body: object, end: (id: string) => Promise<unknown>) => {
      const { id, token } = await invite(`Late-${role}`, role);
      const { api_key } = await bench.user.call(accounts.acceptInvitation, { body: { token } });
      const reply = await sendInTwoParts(bench.server.url, operation, { key: api_key, body }, () => end(id));
      await bench.user.call(accounts.revoke, { params: { id } });
      return reply;
    };
    const revoke = (id: string) => bench.user.call(accounts.revoke, { params: { id } });
    const lower = (id: string) => bench.user.call(accounts.update, { params: { id }, body: { role: 'viewer' } });
    assert.equal(await late('engineer', stations.create, { name: 'Late bench' }, revoke), 401);
    const puppet = { name: 'Puppet', email: 'puppet@lab.example', role: 'administrator' };
    assert.equal(await late('administrator', accounts.create, puppet, lower), 403);
    const { data } = await bench.user.call(accounts.list);
    assert.ok(!data.some(({ name }) => name === 'Puppet'));
    assert.ok(!(await bench.user.call(stations.list)).data.some(({ name }) => name === 'Late bench'));
  });

  it('have no stream open that was opened with a higher role', async () => {
    const { id, client } = await joinAs('Sinking');
    const station = await bench.station('Watched by Sinking');
    const path = operator.requests.path.replace('{id}', station.id).replace('{window_id}', crypto.randomUUID());
    const stream = await client.open(path);
    const credentials = await client.call(v1.streaming);
    const authority = readFileSync(join(bench.folder, 'certificates/ca.pem'), 'utf8');
    const open = await MqttClient.open(credentials, authority);
    open.connect(credentials);
    await open.packet('connack');
    const unused = await client.call(v1.streaming);

    await bench.user.call(accounts.update, { params: { id }, body: { role: 'viewer' } });
    assert.match(await stream.text(), /^event: hello/);
    await open.ended();
    assert.equal((await client.open(path)).status, 403);
    assert.equal((await client.call(accounts.own)).role, 'viewer');
    const late = await MqttClient.open(unused, authority);
    late.connect(unused);
    assert.equal((await late.packet('connack')).returnCode, 5);
  });

  describe('in the audit log', () => {
    const entries = async (query: Record<string, string> = {}) =>
      (await bench.user.call(audit.list, { query: { limit: '100', ...query } })).data;

    it('are named at each change that they make or that is refused, and at no result', async () => {
      const { id, client } = await joinAs('Barbara');
      const { id: procedure } = await client.call(procedures.create, { body: { name: 'Audited' } });
      const { id: station } = await client.call(stations.create, { body: { name: 'Audited' } });
      await client.call(local.linkProcedure, { params: { id: station, procedure_id: procedure } });
      const { api_key } = await client.call(local.generateKey, { params: { id: station } });
      await client.send(local.linkProcedure, { params: { id: station, procedure_id: crypto.randomUUID() } });
      const time = new Date().toISOString();
      const run = { procedure_id: procedure, serial_number: 'SN-1', part_number: 'P', outcome: 'PASS' as const };
      await client.call(runs.create, { body: { ...run, started_at: time, ended_at: time } });
      await client.call(procedures.list);
      const found = await entries({ user_id: id });
      assert.deepEqual(
        found.map(({ operation, outcome, user_name }) => [operation, outcome, user_name]),
        [
          ['local.links.create', 'refused', 'Barbara'],
          ['local.keys.generate', 'done', 'Barbara'],
          ['local.links.create', 'done', 'Barbara'],
          ['stations.create', 'done', 'Barbara'],
          ['procedures.create', 'done', 'Barbara'],
          ['local.invitations.accept', 'done', 'Barbara'],
        ],
      );
      assert.deepEqual(JSON.parse(found[2]?.input ?? ''), { id: station, procedure_id: procedure });
      assert.deepEqual(JSON.parse(found[3]?.input ?? ''), { body: { name: 'Audited' } });
      assert.equal(found[3]?.target_id, station);
      assert.doesNotMatch(JSON.stringify(found), new RegExp(api_key));
    });

    it('are named once for many calls that their role does not allow', async () => {
      const { id, client } = await joinAs('Curious', 'viewer');
      for (let call = 0; call < 5; call++) {
        assert.equal((await client.send(stations.create, { body: { name: 'No' } })).status, 403);
        assert.equal((await client.send(audit.list)).status, 403);
      }
      const path = operator.requests.path.replace('{id}', id).replace('{window_id}', crypto.randomUUID());
      assert.equal((await client.open(path)).status, 403);
      assert.deepEqual(
        (await entries({ user_id: id })).map(({ operation, outcome }) => [operation, outcome]),
        [
          ['local.operator.requests', 'refused'],
          ['local.audit.list', 'refused'],
          ['stations.create', 'refused'],
          ['local.invitations.accept', 'done'],
        ],
      );
    });

    it('are named with all that they delete', async () => {
      const procedure_id = await bench.procedure('Deleted');
      const time = new Date().toISOString();
      const run = { procedure_id, part_number: 'P', outcome: 'PASS' as const, started_at: time, ended_at: time };
      const ids: string[] = [];
      for (let index = 0; index < 60; index++) {
        const pushed = await bench.user.call(runs.create, { body: { ...run, serial_number: `SN-${index}` } });
        ids.push(pushed.id);
      }
      await bench.user.call(runs.delete, { query: { ids } });
      assert.deepEqual(JSON.parse((await entries({ operation: 'runs.delete' }))[0]?.input ?? ''), { ids });
    });

    it('are found by the beginning of the operation and by time, page by page', async () => {
      const all = await entries({ operation: 'local.users' });
      assert.ok(all.length > 3 && all.every(({ operation }) => operation.startsWith('local.users.')));
      const page = (cursor: number | null) =>
        bench.user.call(audit.list, { query: { operation: 'local.users', limit: '2', cursor: String(cursor) } });
      const first = await page(0);
      await invite('Meanwhile');
      const second = await page(first.meta.next_cursor);
      assert.deepEqual([...first.data, ...second.data], all.slice(0, 4));
      const oldest = await page(all.at(-3)?.id ?? null);
      assert.deepEqual(oldest, { data: all.slice(-2), meta: { has_more: false, next_cursor: null } });
      const [newest] = await entries({ operation: 'local.users' });
      assert.deepEqual(await entries({ operation: 'local.users', after: newest?.at ?? '' }), [newest]);
      assert.deepEqual(await entries({ operation: 'local.users', before: newest?.at ?? '' }), all);
      assert.deepEqual(await entries({ operation: '%' }), []);
    });

    it('stay as they were, whatever deletes them', async () => {
      const before = (await entries()).length;
      assert.throws(() => database((each) => each.exec('delete from audit_log')), /never shortened/);
      assert.equal((await entries()).length, before);
    });
  });

  describe('on the command line', () => {
    const run = (...args: string[]) => runServerProgram(['user', ...args, '--data', bench.folder]);

    it('are added, invited, given another role and revoked while the server runs', async () => {
      const added = await run('add', '--email', 'cli@lab.example', '--name', 'Ken T.', '--role', 'viewer');
      assert.equal(added.code, 0, added.stderr);
      const ken = await accept(withToken({ link: added.stdout }).token);
      assert.equal((await ken.call(accounts.own)).name, 'Ken T.');

      assert.equal((await run('role', '--email', 'CLI@lab.example', '--role', 'engineer')).code, 0);
      assert.equal((await ken.call(accounts.own)).role, 'engineer');

      const printed = await run('invite', '--email', 'cli@lab.example', '--print-key');
      const other = new TestClient(bench.server.url, printed.stdout.trim());
      assert.equal((await other.call(accounts.own)).email, 'cli@lab.example');

      assert.match((await run('list')).stdout, /^cli@lab\.example\tKen T\.\tengineer\t20/m);
      assert.equal((await run('revoke', '--email', 'cli@lab.example')).code, 0);
      for (const each of [ken, other]) assert.equal((await each.send(accounts.own)).status, 401);
      assert.match((await run('list')).stdout, /^cli@lab\.example\tKen T\.\trevoked\t/m);
      const { data } = await bench.user.call(audit.list, { query: { operation: 'user ' } });
      assert.deepEqual(
        data.map(({ operation, user_id, user_name }) => [operation, user_id, user_name]),
        ['revoke', 'invite', 'role', 'add'].map((each) => [`user ${each}`, null, 'Command line']),
      );
    });

    it('refuse what cannot be, with a sentence', async () => {
      for (const [args, pattern] of [
        [['add', '--email', 'x', '--name', 'X', '--role', 'viewer'], /--email: An e-mail address is needed/],
        [['add', '--email', 'x@y.example', '--role', 'viewer'], /--name is missing/],
        [['add', '--email', 'x@y.example', '--name', 'X', '--role', 'boss'], /--role: A role is viewer, engineer, or/],
        [['revoke', '--email', 'no@lab.example'], /There is no user with the e-mail address no@lab\.example/],
        [['revoke', '--email', 'local@test-stations.invalid'], /stays an administrator/],
        [['list', '--email', 'x@y.example'], /--email goes with user add, invite, role, revoke/],
        [['remove'], /user needs one of add, invite, role, revoke and list/],
      ] as const) {
        const { code, stderr } = await run(...args);
        assert.notEqual(code, 0, args.join(' '));
        assert.match(stderr, pattern);
      }
    });
  });
});
