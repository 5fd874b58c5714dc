import assert from 'node:assert/strict';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { RunnerProcess } from '../../src/extension/run/process/runnerProcess.ts';
import { dryEnvironment } from '../../src/extension/run/process/scriptEnvironment.ts';
import { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { uploadPending } from '../../src/extension/run/uploads/uploadPending.ts';
import type { RunMode, RunnerEvent } from '../../src/shared/contract/runner.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { runPlan } from '../faults/runPlan.ts';
import { type TestStation, useServer } from '../server/bench.ts';
import { skip } from '../support/skip.ts';
import { itSlow } from '../support/slow.ts';
import { startup } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { scriptFolder } from './support/script.ts';

/** What each unit of work does, in a process of its own. */
const worker = `
import os, sys
from datetime import datetime, timezone

def die_here(module, name):
    """Has this process killed when its client sends anything."""
    def send(*args, **kwargs):
        os.kill(os.getpid(), 9)
    setattr(module, name, send)

def options(v1):
    own = os.environ.get("OWN_ADDRESS")
    if not own:
        return {}
    return {"url": own, "api_key": "a key"} if v1 else {"server_url": own + "/api", "api_key": "a key"}

def openhtf(serial, dies):
    import openhtf as htf
    from tofupilot.openhtf import upload
    def measure(test):
        test.logger.info("measures")
    test = htf.Test(measure, procedure_id="FVT1", part_number="P")
    if dies:
        test.add_output_callbacks(lambda record: os.kill(os.getpid(), 9))
    test.add_output_callbacks(upload(**options(True)))
    test.execute(lambda: serial)

def unpushed(serial, dies):
    import openhtf as htf
    def measure(test): pass
    test = htf.Test(measure, procedure_id="FVT1", part_number="P")
    if dies:
        test.add_output_callbacks(lambda record: os.kill(os.getpid(), 9))
    test.execute(lambda: serial)

def v1(serial, dies):
    from tofupilot import TofuPilotClient
    client = TofuPilotClient(**options(True))
    if dies:
        import requests.adapters
        die_here(requests.adapters.HTTPAdapter, "send")
    client.create_run(procedure_id="FVT1", run_passed=True,
        unit_under_test={"serial_number": serial, "part_number": "P"})

def v2(serial, dies):
    from tofupilot.v2 import TofuPilot
    if dies:
        import httpx
        die_here(httpx.HTTPTransport, "handle_request")
    now = datetime.now(timezone.utc)
    client = TofuPilot(**options(False))
    client.runs.create(outcome="PASS", procedure_id=os.environ["PROCEDURE"], serial_number=serial,
        part_number="P", started_at=now, ended_at=now)

def work(job):
    kind, serial, dies = job
    globals()[kind](serial, dies)

if __name__ == "__main__":
    work((sys.argv[1], sys.argv[2], sys.argv[3] == "True"))
`;

const kinds = ['openhtf', 'unpushed', 'v1', 'v2'] as const;

/** OpenHTF itself refuses to execute a test outside of the main thread. */
const kindsOf = (way: string): readonly string[] => (way === 'a thread pool' ? ['v1', 'v2'] : kinds);

/** Ways to start a child process for each job of `jobs`, and to wait for all of them. */
const ways: Record<string, string> = {
  subprocess: `
import subprocess
for child in [subprocess.Popen([sys.executable, "worker.py", *map(str, job)]) for job in jobs]: child.wait()
`,
  'subprocess with an environment of its own': `
import subprocess
own = {name: os.environ[name] for name in ("PATH", "TOFUPILOT_API_KEY", "PROCEDURE", "OWN_ADDRESS") if name in os.environ}
for job in jobs: subprocess.run([sys.executable, "worker.py", *map(str, job)], env=own)
`,
  'subprocess of a subprocess': `
import subprocess
shell = "import subprocess, sys; subprocess.run([sys.executable, 'worker.py', *sys.argv[1:]])"
for child in [subprocess.Popen([sys.executable, "-c", shell, *map(str, job)]) for job in jobs]: child.wait()
`,
  'os.fork': `
from worker import work
def fork(job):
    child = os.fork()
    if child == 0:
        try:
            work(job)
        finally:
            os._exit(0)
    return child
for child in [fork(job) for job in jobs]: os.waitpid(child, 0)
`,
  ...Object.fromEntries(
    ['fork', 'spawn', 'forkserver'].map((method) => [
      `multiprocessing with ${method}`,
      `
import multiprocessing
from worker import work
context = multiprocessing.get_context("${method}")
children = [context.Process(target=work, args=(job,)) for job in jobs]
for child in children: child.start()
for child in children: child.join()
`,
    ]),
  ),
  'a multiprocessing pool': `
import multiprocessing
from worker import work
with multiprocessing.Pool(2, maxtasksperchild=1) as pool: pool.map(work, jobs, 1)
`,
  'a ProcessPoolExecutor': `
from concurrent.futures import ProcessPoolExecutor
from worker import work
for job in jobs:
    with ProcessPoolExecutor(1) as pool:
        try: pool.submit(work, job).result()
        except Exception as error: print(repr(error))
`,
  'a thread pool': `
from concurrent.futures import ThreadPoolExecutor
import worker
with ThreadPoolExecutor(4) as pool:
    for future in [pool.submit(worker.work, job) for job in jobs]: future.result()
`,
};

const script = (way: string, name: string, dies: boolean): string => `
import os, sys
dies = ${dies ? 'True' : 'False'}
jobs = [(kind, "${name}-" + kind, dies) for kind in ${JSON.stringify(kindsOf(way))}]
if __name__ == "__main__":
${(ways[way] ?? assert.fail()).trim().replaceAll(/^/gm, '    ')}
`;

/**
 * Ways in which a child process comes to the runner differently: by its environment, by a fork, and through a pool. With these,
 * `npm test` shows everything; with the others, that the child process pushes.
 */
const mainWays = ['subprocess with an environment of its own', 'os.fork', 'a ProcessPoolExecutor'];

interface Seen {
  readonly events: readonly RunnerEvent[];
  readonly printed: string;
  readonly died: number;
  readonly exitCode: number | null;
}

const pythons = (process.env['TEST_PYTHONS'] ?? '').split(delimiter);

describe('Child processes of a script', function () {
  this.timeout(120_000);
  const bench = useServer();
  let procedure: string;
  let station: TestStation;
  let elsewhere: Recorder;
  let unit = 0;

  before(async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no fork');
    procedure = await bench.procedure('Functional test', 'FVT1');
    station = await bench.station('Bench 1', procedure);
    elsewhere = await Recorder.start();
  });
  after(() => elsewhere.stop());

  interface Given {
    readonly mode?: RunMode;
    readonly url?: string;
    readonly dies?: boolean;
  }

  async function run(
    way: string,
    python: string,
    { mode = 'push', url = bench.server.url, dies = false }: Given,
  ): Promise<{ seen: Seen; box: UploadFolder; units: string[] }> {
    const name = `SN-${(unit += 1)}`;
    const folder = await scriptFolder({
      'main.py': script(way, name, dies),
      'worker.py': worker,
    });
    const box = new UploadFolder(join(dirname(folder), 'outbox'));
    await box.ensure();
    const plan = runPlan({ script: join(folder, 'main.py'), folder, url, station, box });
    const { [runnerEnvironment.outbox]: _, ...withoutOutbox } = plan.env;
    const dry = { ...withoutOutbox, ...dryEnvironment(), OWN_ADDRESS: elsewhere.url };
    const env = {
      ...(mode === 'dry' ? dry : plan.env),
      [runnerEnvironment.startup]: startup,
      PROCEDURE: procedure,
    };
    const events: RunnerEvent[] = [];
    let [printed, died] = ['', 0];
    const runner = await RunnerProcess.start(
      { ...plan, mode, python: [python], env },
      {
        event: (event) => {
          events.push(event);
          if (event.event !== 'procedure_request') return;
          const { request_id, procedure_id } = event;
          runner.send({ command: 'procedure_response', request_id, procedure_id });
        },
        output: (text) => (printed += text),
        protocolError: (message) => assert.fail(message),
        childDied: () => (died += 1),
      },
    );
    const exitCode = await runner.ended;
    return { seen: { events, printed, died, exitCode }, box, units: kindsOf(way).map((kind) => `${name}-${kind}`) };
  }

  /** What a window does with the results that are left. @returns how many there were */
  async function pushTheRest(box: UploadFolder): Promise<number> {
    const left = await box.list();
    for (const result of left) {
      assert.equal(result.isBusy, false, JSON.stringify(result));
      const target = { api: new StationApi(bench.server.url, station.key), supportsMarks: true };
      const pushed = await box.withLock(result, (now) => uploadPending(box, now, () => Promise.resolve(target)));
      assert.ok(pushed !== undefined && 'runId' in pushed, JSON.stringify(pushed));
    }
    return left.length;
  }

  async function stored(units: readonly string[]): Promise<string[]> {
    const { data } = await bench.user.call(runs.list, { query: { serial_numbers: [...units] } });
    for (const each of data) assert.equal(each.created_by_station?.id, station.id);
    return data.map((each) => each.unit.serial_number).sort();
  }

  for (const [number, way] of Object.keys(ways).entries()) {
    const python = pythons[number % pythons.length] ?? '';
    const diagnostics = (seen: Seen): string => `${way} with ${python}: ${JSON.stringify(seen, null, 1)}`;
    const serials = (seen: Seen): (string | null)[] =>
      seen.events.flatMap((event) => (event.event === 'run_complete' ? [event.serial_number] : [])).sort();

    const itWithMainWays = mainWays.includes(way) ? it : itSlow;

    /** The tests of these scripts that the editor pushes. */
    const unpushed = kindsOf(way).filter((kind) => kind === 'unpushed').length;

    it(`a child process of ${way} pushes as the station, and the window shows the run`, async () => {
      const { seen, box, units } = await run(way, python, {});
      assert.deepEqual(serials(seen), [...units].sort(), diagnostics(seen));
      assert.equal(
        seen.events.filter(({ event }) => event === 'run_uploaded').length,
        units.length - unpushed,
        diagnostics(seen),
      );
      // A pool kills its processes before they can hand anything over: the window finds it when they are dead.
      const queued = way === 'a multiprocessing pool' ? [0, unpushed] : [unpushed];
      assert.ok(
        queued.includes(seen.events.filter(({ event }) => event === 'run_upload_queued').length),
        diagnostics(seen),
      );
      assert.equal(await pushTheRest(box), unpushed, diagnostics(seen));
      assert.deepEqual(await stored(units), [...units].sort(), diagnostics(seen));
      assert.deepEqual([seen.died, seen.exitCode], [0, 0], diagnostics(seen));
    });

    itWithMainWays(`a child process of ${way} sends nothing in a dry run, whatever address it names`, async () => {
      const { seen, box, units } = await run(way, python, { mode: 'dry' });
      assert.deepEqual(serials(seen), [...units].sort(), diagnostics(seen));
      assert.deepEqual(elsewhere.requests, [], diagnostics(seen));
      assert.deepEqual(await stored(units), [], diagnostics(seen));
      assert.deepEqual(await box.list(), [], diagnostics(seen));
      assert.doesNotMatch(seen.printed, /Traceback/, diagnostics(seen));
    });

    itWithMainWays(`a child process of ${way} saves its result while the server is unavailable`, async () => {
      const { seen, box, units } = await run(way, python, { url: 'http://127.0.0.1:1' });
      assert.equal(await pushTheRest(box), units.length, diagnostics(seen));
      assert.deepEqual(await stored(units), [...units].sort(), diagnostics(seen));
    });

    // A pool hangs when one of its processes is killed, and a thread is not killed.
    if (way === 'a multiprocessing pool' || way === 'a thread pool') continue;
    itWithMainWays(`a child process of ${way} that is killed leaves its result on disk`, async () => {
      const { seen, box, units } = await run(way, python, { dies: true });
      assert.equal(await pushTheRest(box), units.length, diagnostics(seen));
      assert.deepEqual(await stored(units), [...units].sort(), diagnostics(seen));
    });
  }
});
