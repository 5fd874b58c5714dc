import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'mocha';
import * as z from 'zod';
import { parts } from '../../src/shared/contract/parts.ts';
import { units } from '../../src/shared/contract/units.ts';
import { adminKey, useServer } from './bench.ts';

/** Sends a path byte for byte, which `fetch` would not. */
function get(url: string, path: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((done, failed) => {
    const { hostname, port } = new URL(url);
    const headers = { Authorization: `Bearer ${adminKey}` };
    const sent = request({ hostname, port, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => done({ status: answer.statusCode, text }));
    });
    sent.on('error', failed);
    sent.end();
  });
}

describe('numbers in paths', function () {
  this.timeout(60_000);
  const bench = useServer();
  const serialNumbers = [
    'plain-1',
    'two  blanks',
    'Gerät №1',
    '100%',
    '%41',
    'a+b=c&d;e,f',
    'quote\'d "x"',
    '~@:!$*()[]{}|^`',
    'a/b',
    'where?',
    'no#1',
    '..%2F..',
    '🔧',
    'ﬁ Å',
  ];

  it('may have any sign when they are percent-encoded, as the Rust client does', async () => {
    await bench.user.call(parts.create, { body: { number: 'PCBA01' } });
    for (const serial_number of serialNumbers) {
      const body = { serial_number, part_number: 'PCBA01', revision_number: 'A' };
      const { id } = await bench.user.call(units.create, { body });
      const reply = await get(bench.server.url, `/api/v2/units/${encodeURIComponent(serial_number)}`);
      assert.equal(reply.status, 200, `${serial_number}: ${reply.text}`);
      const unit = z.object({ id: z.string(), serial_number: z.string() }).parse(JSON.parse(reply.text));
      assert.deepEqual(unit, { id, serial_number });
    }
  });

  it('may have blanks and letters of any language as the Python client sends them', async () => {
    const asSent = (text: string) => text.replace(/[^\x21-\x7e]/gu, encodeURIComponent).replace(/"/g, '%22');
    for (const serial_number of serialNumbers.filter((text) => !/[/?#]|%\w/.test(text))) {
      const reply = await get(bench.server.url, `/api/v2/units/${asSent(serial_number)}`);
      assert.equal(reply.status, 200, `${serial_number}: ${reply.text}`);
    }
  });

  it('that are empty are said to be empty', async () => {
    const reply = await get(bench.server.url, '/api/v2/units/');
    assert.equal(reply.status, 400);
    assert.match(reply.text, /is empty/);
  });

  it('that are no UTF-8 find nothing', async () => {
    for (const path of ['%ff', '%E0%A4', '%', '%zz', '%00']) {
      const reply = await get(bench.server.url, `/api/v2/units/${path}`);
      assert.equal(reply.status, 404, `${path}: ${reply.text}`);
    }
  });
});
