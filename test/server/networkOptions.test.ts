import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CommandError } from '../../src/server/cli/commandError.ts';
import { readNetworkOptions } from '../../src/server/cli/networkOptions.ts';

const files = { cert: 'cert.pem', key: 'key.pem' };
const refusals: [title: string, options: Parameters<typeof readNetworkOptions>[0], sentence: RegExp][] = [
  ['no address', { 'public-url': '' }, /^--public-url must be the address .* is ""\./],
  ['a name without a scheme', { 'public-url': 'stations.example.com' }, /^--public-url must be the address/],
  ['a name with a port alone', { 'public-url': 'stations.example.com:443' }, /^--public-url must be the address/],
  ['another scheme', { 'public-url': 'ftp://stations.example.com' }, /^--public-url must be the address/],
  [
    'a path',
    { 'public-url': 'https://lab.example/stations' },
    /the path \/stations.* such as https:\/\/lab\.example\./,
  ],
  ['a path that is /api', { 'public-url': 'https://lab.example/api/' }, /the path \/api\//],
  ['a user', { 'public-url': 'https://me@lab.example' }, /a scheme and a host alone, such as https:\/\/lab\.example,/],
  ['a query', { 'public-url': 'https://lab.example?x' }, /a scheme and a host alone/],
  ['all addresses', { 'public-url': 'http://0.0.0.0:4711' }, /names all addresses/],
  ['all addresses of version 6', { 'public-url': 'http://[::]:4711' }, /names all addresses/],
  ['a certificate without a key', { cert: 'cert.pem', 'public-url': 'https://lab.example' }, /^--key FILE is missing/],
  ['a key without a certificate', { key: 'key.pem', 'public-url': 'https://lab.example' }, /^--cert FILE is missing/],
  ['a certificate without a public URL', files, /^--cert needs --public-url/],
  ['a certificate with an http URL', { ...files, 'public-url': 'http://lab.example' }, /^--cert needs --public-url/],
  ['an MQTT port that is none', { 'mqtt-port': 'x' }, /^--mqtt-port must be a number/],
  [
    'an MQTT port with https',
    { 'mqtt-port': '1', 'public-url': 'https://lab.example' },
    /^--mqtt-port does not go with/,
  ],
];

describe('the network options of the server', () => {
  for (const [title, options, sentence] of refusals) {
    it(`refuses ${title} with a sentence`, () => {
      assert.throws(
        () => readNetworkOptions(options),
        (error) => error instanceof CommandError && error.exitCode === 2 && sentence.test(error.message),
      );
    });
  }

  it('normalizes the public URL to its origin', () => {
    const origin = (url: string) => readNetworkOptions({ 'public-url': url }).publicUrl;
    assert.equal(origin('HTTPS://Stations.Example.com:443/'), 'https://stations.example.com');
    assert.equal(origin('http://[2001:DB8::1]:4711'), 'http://[2001:db8::1]:4711');
    assert.equal(origin('https://bücher.example'), 'https://xn--bcher-kva.example');
  });

  it('listens on the port of the public URL with a certificate, but not behind a proxy', () => {
    const port = (url: string, more = {}) => readNetworkOptions({ 'public-url': url, ...more }).port;
    assert.equal(port('https://lab.example', files), 443);
    assert.equal(port('https://lab.example:8443', files), 8443);
    assert.equal(port('https://lab.example:8443', { ...files, port: '4711' }), 4711);
    assert.equal(port('https://lab.example:8443'), null);
  });
});
