import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { redact } from '../../../src/extension/doctor/redact.ts';

const me = { home: '/home/jane', user: 'jane', host: 'lab-7' };
const key = 'tss_0123456789abcdefABCDEF-_x';

describe('redaction', () => {
  const hidden: readonly (readonly [name: string, text: string, left: string])[] = [
    ['a station key', `with ${key}.`, 'with tss_….'],
    ['a user key', 'tsu_abcdef', 'tsu_…'],
    ['a key inside a path', `/opt/${key}/python`, '/opt/tss_…/python'],
    ['a bearer', 'sent Bearer abc.def-123= to it', 'sent Bearer … to it'],
    ['a header', 'Authorization: Basic amFuZTpzZWNyZXQ=', 'Authorization: …'],
    ['a header in JSON', '{"authorization":"Bearer x y","b":1}', '{"authorization":…,"b":1}'],
    ['a pair in JSON', '{"api_key": "hunter2 and more", "n": 1}', '{"api_key": …, "n": 1}'],
    ['a pair in JSON in JSON', String.raw`"{\"apiKey\":\"hunter2\",\"n\":1}"`, String.raw`"{\"apiKey\":…,\"n\":1}"`],
    ['a pair in Python', "TofuPilot(test, api_key='hunter2')", 'TofuPilot(test, api_key=…)'],
    ['a variable', 'TOFUPILOT_API_KEY=hunter2 python3', 'TOFUPILOT_API_KEY=… python3'],
    ['an option', 'upload --api-key hunter2 --fast', 'upload --api-key … --fast'],
    ['a query', 'https://x.org/a?token=hunter2&b=1', 'https://x.org/a?token=…&b=1'],
    ['a password in an address', 'https://jane:hunter2@pypi.example/simple', 'https://…@pypi.example/simple'],
    ['a JSON web token', 'got eyJhbGciOi.eyJzdWIi.c2ln', 'got …'],
    ['the home directory', '/home/jane/work and /home/jane', '~/work and ~'],
    ['the home directory in a URI', 'file:///home/jane/work', 'file://~/work'],
    ['another home directory', '/Users/Bob/work', '/Users/<user>/work'],
    ['the user', 'jane@lab-7: denied for Jane', '<user>@<host>: denied for <user>'],
    ['a serial number', 'serial_number: "AB 12", unit SN-0001.', 'serial_number: …, unit SN….'],
  ];
  for (const [name, text, left] of hidden) {
    it(`takes out ${name}`, () => assert.equal(redact(text, me), left));
  }

  it('removes the home directory of Windows in each spelling', () => {
    const windows = { home: String.raw`D:\Homes\Jane Doe`, user: 'Jane Doe', host: 'PC' };
    const text = String.raw`d:\homes\jane doe\x, D:/Homes/Jane Doe/x, "D:\\Homes\\Jane Doe\\x", file:///D:/Homes/Jane%20Doe/x`;
    assert.equal(redact(text, windows), String.raw`~\x, ~/x, "~\\x", file:///~/x`);
  });

  it('leaves other text unchanged', () => {
    const text = [
      'VS Code: 1.105.0 (desktop), 127.0.0.1:4711, /home/janet2 is not hers',
      'Key of the selected station on this machine: yes',
      'testStations.python (user): "/opt/python3"',
      'Station Bench 1 (0193-ab), janet-x, tests, keys, the token was refused',
    ].join('\n');
    assert.equal(redact(text, { ...me, user: 'jan' }), text.replace('/home/janet2', '/home/<user>'));
  });

  it('does not treat the root of the file system as a home directory', () => {
    assert.equal(redact('/opt/x', { home: '/', user: '', host: 'localhost' }), '/opt/x');
  });
});
