import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { it } from 'mocha';
import * as z from 'zod';
import { root } from '../e2e/support/places.ts';
import { script, withEachPython } from './support/script.ts';

withEachPython('instruments.py', (python) => {
  const ask = async (code: string, ...args: string[]): Promise<unknown> => {
    const file = await script(`
import runpy, sys, types
${code}
sys.argv = ${JSON.stringify(['instruments.py', ...args])}
runpy.run_path(${JSON.stringify(join(root, 'src/runner/instruments.py'))}, run_name="__main__")
`);
    const { stdout } = await promisify(execFile)(python, [file]);
    return JSON.parse(stdout);
  };
  /** Defines a package of the user's environment. */
  const defined = (name: string, body: string): string => `
${name} = types.ModuleType("${name}")
exec(${JSON.stringify(body)}, vars(${name}))
sys.modules["${name}"] = ${name}
`;
  const bench = z.looseObject({ python: z.string(), visa: z.unknown(), serial: z.unknown() });
  const none = { found: [], is_missing: false, problem: null };

  it('says which packages are missing, and which cannot be imported', async () => {
    const missing = 'sys.modules["pyvisa"] = None\nsys.modules["serial"] = None\n';
    const { python: shown, ...found } = bench.parse(await ask(missing, 'list'));
    assert.equal(shown, python);
    assert.deepEqual(found, { visa: { ...none, is_missing: true }, serial: { ...none, is_missing: true } });
  });

  it('lists resources without opening one, whatever a backend prints', async () => {
    const pyvisa = defined(
      'pyvisa',
      `
class ResourceManager:
    def list_resources(self):
        print("searching the bus")
        return ("GPIB0::8::INSTR",)
    def open_resource(self, *args, **kwargs):
        raise AssertionError("opened")
`,
    );
    const { visa, serial } = bench.parse(await ask(`${pyvisa}\nsys.modules["serial"] = None`, 'list'));
    assert.deepEqual(visa, { ...none, found: [{ address: 'GPIB0::8::INSTR', description: null }] });
    assert.deepEqual(serial, { ...none, is_missing: true });
  });

  it('gives the problem of a backend in one line', async () => {
    const broken = defined(
      'pyvisa',
      'class ResourceManager:\n    def __init__(self):\n        raise ValueError("no\\nlibrary")',
    );
    const { visa } = bench.parse(await ask(`${broken}\nsys.modules["serial"] = None`, 'list'));
    assert.deepEqual(visa, { ...none, problem: 'ValueError: no' });
    const answer = await ask(broken, 'identify', 'GPIB0::8::INSTR');
    assert.deepEqual(answer, { identification: null, problem: 'ValueError: no' });
  });
});
