import assert from 'node:assert/strict';
import { hostname, networkInterfaces } from 'node:os';
import { describe, it } from 'mocha';
import { Hosts } from '../../src/server/http/hosts.ts';

const own = hostname().toLowerCase();
const [short = ''] = own.split('.');
const port = 4711;

async function hosts(bound: string, publicUrl: string | null = null): Promise<Hosts> {
  const created = new Hosts(bound, publicUrl);
  await created.refresh();
  return created;
}

const origins = (of: Hosts, given: readonly string[]): (string | null)[] =>
  given.map((host) => (of.accepts(host, port) ? of.originFor(host, port) : null));

describe('the hosts of the server', () => {
  it('accepts only loopback names when it listens on loopback', async () => {
    const loopback = await hosts('127.0.0.1');
    const good = ['127.0.0.1:4711', 'LocalHost:4711', '[::1]:4711', '[0:0::1]:4711'];
    assert.deepEqual(origins(loopback, good), [
      'http://127.0.0.1:4711',
      'http://localhost:4711',
      'http://[::1]:4711',
      'http://[::1]:4711',
    ]);
    const bad = [`${own}:4711`, `${short}.local:4711`, '10.0.0.1:4711', '[2001:db8::1]:4711', 'localhost:4712', ''];
    assert.deepEqual(
      origins(loopback, bad),
      bad.map(() => null),
    );
  });

  for (const everywhere of ['0.0.0.0', '::', '[::]']) {
    it(`accepts the names of this machine and all addresses when it listens on ${everywhere}`, async () => {
      const all = await hosts(everywhere);
      for (const host of [own, short, `${short}.local`, 'localhost', '10.0.0.1', '[2001:db8::1]', '[::1]'])
        assert.equal(all.originFor(`${host}:4711`, port), `http://${host}:4711`);
      const foreign = ['evil.example:4711', `${short}.evil.example:4711`, `evil.${own}:4711`, `${own}.local.evil:4711`];
      assert.deepEqual(
        origins(all, foreign),
        foreign.map(() => null),
      );
    });
  }

  it('accepts its address and the names of this machine when it listens on one address', async () => {
    const one = await hosts('192.0.2.7');
    for (const host of ['192.0.2.7', own, '10.0.0.1']) assert.ok(one.accepts(`${host}:4711`, port), host);
    assert.ok(!one.accepts('evil.example:4711', port));
  });

  it('refuses malformed hosts that contain a name of this machine', async () => {
    const all = await hosts('0.0.0.0');
    for (const given of [
      'evil.example@127.0.0.1:4711',
      '127.0.0.1:4711/evil',
      '127.0.0.1:4711#evil',
      '127.0.0.1:x',
      ' ',
    ])
      assert.throws(() => all.originFor(given, port), /is not a host name with a port|does not answer/, given);
  });

  it('names the option that allows a refused host', async () => {
    const all = await hosts('0.0.0.0');
    assert.throws(
      () => all.originFor(`${own}:8080`, port),
      (error) => error instanceof Error && error.message.includes(`--public-url http://${own}:8080`),
    );
    const mapped = await hosts('0.0.0.0', `http://${own}:8080`);
    assert.equal(mapped.originFor(`${own}:8080`, port), `http://${own}:8080`);
  });

  it('uses the public URL as the origin, whether a proxy keeps or rewrites the host', async () => {
    for (const url of [
      'https://lab.example',
      'https://lab.example:8443',
      'http://lab.example',
      'https://[2001:db8::1]',
    ]) {
      const proxied = await hosts('127.0.0.1', url);
      const { host } = new URL(url);
      for (const given of [host, host.toUpperCase(), '127.0.0.1:4711', 'localhost:4711', '[::1]:4711'])
        assert.equal(proxied.originFor(given, port), url, given);
      for (const given of [
        'evil.example',
        'lab.example:1',
        'lab.example.evil',
        'evil@lab.example.evil',
        '10.0.0.1:4711',
      ])
        assert.ok(!proxied.accepts(given, port), `${given} for ${url}`);
    }
  });

  it('accepts the public URL with or without its default port and the brackets of an address', async () => {
    assert.ok((await hosts('127.0.0.1', 'https://lab.example')).accepts('lab.example:443', port));
    assert.ok((await hosts('127.0.0.1', 'http://lab.example')).accepts('lab.example:80', port));
    assert.ok(!(await hosts('127.0.0.1', 'https://lab.example')).accepts('lab.example:80', port));
    assert.ok((await hosts('127.0.0.1', 'https://[2001:db8::1]:8443')).accepts('2001:db8::1:8443', port));
  });

  it('covers every host that clients can use with its certificate', async () => {
    const external = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal, scopeid }) => !internal && !scopeid)
      .map(({ address }) => address);
    const all = new Set((await hosts('0.0.0.0', 'http://lab.example:8080')).forCertificate());
    for (const each of ['127.0.0.1', '::1', 'localhost', own, `${short}.local`, 'lab.example', ...external])
      assert.ok(all.has(each), each);
    assert.ok(!all.has('0.0.0.0'));
    assert.deepEqual((await hosts('127.0.0.1')).forCertificate(), ['127.0.0.1', '::1', 'localhost']);
  });
});
