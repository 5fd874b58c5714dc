import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { environmentKeyFor } from '../../../src/extension/vscode/environment.ts';

const key = 'tss_a-key-in-the-environment';

describe('the key in the environment of the window', () => {
  const same: readonly [string, string][] = [
    ['http://127.0.0.1:4711', 'http://127.0.0.1:4711'],
    ['http://127.0.0.1:4711/', 'http://127.0.0.1:4711'],
    ['https://tofupilot.example/api', 'https://tofupilot.example'],
    ['https://tofupilot.example:443', 'https://tofupilot.example'],
    ['HTTPS://TofuPilot.Example', 'https://tofupilot.example'],
    ['http://user:password@127.0.0.1:4711', 'http://127.0.0.1:4711'],
  ];
  for (const [named, server] of same) {
    it(`is used for ${server} when TOFUPILOT_URL is ${named}`, () => {
      assert.equal(environmentKeyFor(server, { TOFUPILOT_API_KEY: key, TOFUPILOT_URL: named }), key);
    });
  }

  const other: readonly [string, string][] = [
    ['https://tofupilot.example', 'http://tofupilot.example'],
    ['http://tofupilot.example', 'https://tofupilot.example'],
    ['https://tofupilot.example', 'https://tofupilot.example:8443'],
    ['https://tofupilot.example', 'https://tofupilot.example.evil.test'],
    ['https://tofupilot.example@evil.test', 'https://tofupilot.example'],
    ['https://evil.test/https://tofupilot.example', 'https://tofupilot.example'],
    ['http://127.0.0.1:4711', 'http://127.0.0.1:4712'],
    ['http://localhost:4711', 'http://127.0.0.1:4711'],
    ['file:///srv/tofupilot', 'file:///srv/tofupilot'],
    ['tofupilot.example', 'https://tofupilot.example'],
    ['not an address', 'https://tofupilot.example'],
    ['', 'https://tofupilot.example'],
  ];
  for (const [named, server] of other) {
    it(`is not used for ${server} when TOFUPILOT_URL is ${named === '' ? 'empty' : named}`, () => {
      assert.equal(environmentKeyFor(server, { TOFUPILOT_API_KEY: key, TOFUPILOT_URL: named }), undefined);
    });
  }

  it('is used for no server when TOFUPILOT_URL is not set', () => {
    for (const server of ['https://www.tofupilot.app', 'http://127.0.0.1:4711']) {
      assert.equal(environmentKeyFor(server, { TOFUPILOT_API_KEY: key }), undefined);
    }
  });

  it('is missing when TOFUPILOT_API_KEY is not set or empty', () => {
    const url = 'http://127.0.0.1:4711';
    assert.equal(environmentKeyFor(url, { TOFUPILOT_URL: url }), undefined);
    assert.equal(environmentKeyFor(url, { TOFUPILOT_URL: url, TOFUPILOT_API_KEY: '' }), undefined);
  });
});
