import assert from 'node:assert/strict';
import { it } from 'mocha';
import { Host } from './support/host.ts';
import { script, withNewestPython } from './support/script.ts';

withNewestPython('Standard input', (python) => {
  it('the host is asked for each line that a script reads, with the prompt of the script', async () => {
    const file = await script(`
import getpass, sys
from getpass import getpass as secret
print("first:", repr(input("\\x1b[1mSerial number: \\x1b[0m")))
print("Scan the carrier:")
print("second:", repr(input()))
print("third:", repr(getpass.getpass()))
print("fourth:", repr(secret("PIN: ")))
print("Which line?", end="")
print("fifth:", repr(sys.stdin.readline()))
for line in sys.stdin:
    print("sixth:", repr(line))
    break
print("rest:", repr(sys.stdin.read()), sys.stdin.readlines(), sys.stdin.isatty(), sys.stdin.fileno())
print("key:", repr(sys.stdin.read(1)), repr(sys.stdin.readline()))
`);
    const answers = ['SN-1', '', 'geheim', '1234', 'three', 'four', 'yes'];
    const asked = [...answers];
    const host = await Host.run(python, file, { prompt: () => asked.shift() ?? null });
    assert.deepEqual(
      host.all('ui_request').map((each) => [each.message, each.hidden, each.text_input, each.execution_id]),
      [
        ['Serial number:', false, true, ''],
        ['Scan the carrier:', false, true, ''],
        ['Password:', true, true, ''],
        ['PIN:', true, true, ''],
        ['Which line?', false, true, ''],
        ["fifth: 'three\\n'", false, true, ''],
        ["rest: '' [] False 0", false, true, ''],
      ],
      host.diagnostics(),
    );
    assert.equal(
      host.stdout.toString(),
      [
        "\x1b[1mSerial number: \x1b[0mSN-1\nfirst: 'SN-1'\nScan the carrier:\n\nsecond: ''\nPassword: \nthird: 'geheim'",
        "PIN: \nfourth: '1234'\nWhich line?three\nfifth: 'three\\n'\nfour\nsixth: 'four\\n'\nrest: '' [] False 0",
        "yes\nkey: 'y' 'es\\n'\n",
      ].join('\n'),
    );
    assert.deepEqual(
      host.all('ui_resolved').map((each) => each.request_id),
      host.all('ui_request').map((each) => each.request_id),
    );
  });

  it('a line without a prompt is asked for with a default message, and a standard input of the script is used', async () => {
    const file = await script(`
import io, sys
input()
sys.stdin = io.StringIO("from a file\\n")
print("answer:", input())
`);
    const host = await Host.run(python, file, { prompt: () => 'typed' });
    assert.deepEqual(
      host.all('ui_request').map((each) => each.message),
      ['The script is waiting for a line of input.'],
    );
    assert.match(host.stdout.toString(), /answer: from a file\n/);
  });

  const places = {
    'the main thread': ['input("Ready?")', ''],
    'a thread': ['import threading\nthreading.Thread(target=lambda: input("Ready?")).start()', ''],
    'a plain phase': ['def phase_ask():\n    input("Ready?")\n', ''],
    'a phase of OpenHTF': [
      `
import openhtf as htf
def ask(test):
    input("Ready?")
def park(test):
    print("parked:", input("Parked?"))
htf.Test(htf.PhaseGroup(main=[ask], teardown=[park]), procedure_id="FVT1", part_number="P").execute(lambda: "SN")
`,
      'ABORTED',
    ],
  };
  for (const [place, [text = '', outcome]] of Object.entries(places)) {
    it(`a stop ends a script while ${place} waits for a line`, async () => {
      const file = await script(text);
      const prompt = (message: string): string | null => (message === 'Ready?' ? null : 'parked');
      const host = await Host.start(python, file, { prompt });
      await host.until('ui_request');
      host.send({ command: 'stop' });
      await host.ended;
      host.one('script_ended');
      if (outcome === 'ABORTED') {
        assert.equal(host.one('run_complete').outcome, 'ABORTED', host.diagnostics());
        assert.match(host.stdout.toString(), /parked: parked\n/);
      }
    });
  }

  it('the question for a line names its test, also in a thread, and two threads get their own lines', async () => {
    const file = await script(`
import threading
import openhtf as htf

def ask(test):
    lines = {}
    def read(name):
        lines[name] = input(name + "?")
    threads = [threading.Thread(target=read, args=(name,)) for name in ("left", "right")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print("lines:", sorted(lines.items()))

htf.Test(ask, procedure_id="FVT1", part_number="P").execute(lambda: "SN")
`);
    const host = await Host.start(python, file);
    await host.untilTrue(() => host.all('ui_request').length === 2);
    for (const { request_id, message, execution_id } of host.all('ui_request').toReversed()) {
      assert.equal(execution_id, host.one('run_started').execution_id);
      host.send({ command: 'ui_response', request_id, value: `answer to ${message}` });
    }
    await host.ended;
    const lines = "lines: [('left', 'answer to left?'), ('right', 'answer to right?')]\n";
    assert.ok(host.stdout.includes(lines), host.diagnostics());
  });

  it('the standard input ends when the host has disconnected', async () => {
    const file = await script(`
import os, sys
path = os.path.join(os.path.dirname(__file__), "end.txt")
try:
    input("Ready?")
except EOFError as error:
    with open(path + ".part", "w") as file:
        file.write(f"{error} {sys.stdin.readline()!r}")
    os.replace(path + ".part", path)
`);
    const host = await Host.start(python, file);
    await host.until('ui_request');
    await host.disconnect();
    assert.equal(await host.ended, 0);
    const { readFile } = await import('node:fs/promises');
    const end = await readFile(file.replace('main.py', 'end.txt'), 'utf8');
    assert.equal(end, "EOF when reading a line: there is no editor any more that could be asked ''");
  });

  it('the host is asked for lines in a dry run, too', async () => {
    const file = await script('print("answer:", input("Ready?"))');
    const host = await Host.run(python, file, { prompt: () => 'yes', env: { TEST_STATIONS_MODE: 'dry' } });
    assert.match(host.stdout.toString(), /answer: yes\n/, host.diagnostics());
  });
});
