import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe } from 'mocha';
import { testName } from '../../src/shared/script/testFiles.ts';
import { itSlow } from '../support/slow.ts';
import { createStation, pendingUploads, python } from './support/bench.ts';
import { root } from './support/places.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';

const slots = [1, 2, 3] as const;
const standIn = join(root, 'test', 'support', 'engine', 'standInTofupilot.mjs');
const kinds = ['test_slots.py', 'slots.robot', 'plain_slots.py', 'procedure/procedure.yaml'] as const;
type Kind = (typeof kinds)[number];

/** What the script does, or the user to it while it waits, and what is stored. */
const verdicts = {
  pass: 'PASS',
  wait: 'PASS',
  fail: 'FAIL',
  raise: 'ERROR',
  exit: 'ERROR',
  killed: 'ERROR',
  hang: 'ABORTED',
} as const;
type Behavior = keyof typeof verdicts;

interface Plan {
  readonly slot: number;
  readonly mark: number;
  readonly serial: string;
  readonly behavior: Behavior;
}

interface Stored {
  readonly serial: string;
  readonly outcome: string | null;
  readonly slot: string | null;
  readonly measured: Readonly<Record<string, unknown>>;
}

/** What the server must have of a unit, from its own plan alone. */
function expected(kind: Kind, { slot, mark, serial, behavior }: Plan): Stored {
  const measured: Record<string, number> = { slot };
  const isComplete = ['pass', 'wait', 'fail'].includes(behavior);
  if (kind === 'procedure/procedure.yaml') {
    if (isComplete) measured['last'] = slot;
  } else {
    measured['mark'] = mark;
    if (isComplete) measured['limit'] = behavior === 'fail' ? 2 : 1;
    if (isComplete || (behavior === 'raise' && kind !== 'plain_slots.py')) measured['last'] = mark;
  }
  return { serial, outcome: verdicts[behavior], slot: `Slot ${slot}`, measured };
}

describe('units in three slots', function () {
  const settings = {
    'testStations.slots': slots.length,
    'testStations.serialNumber': 'ask',
    'testStations.tofupilotPath': standIn,
  };
  const { bench, workbench } = useSharedBench({ settings });
  const everything = new Map<string, { behavior: Behavior; wanted: Stored }>();
  /** Units that were tested while the script had one slot. */
  const singles = new Set<string>();
  let marks = 0;

  before(async () => {
    cpSync(join(root, 'test', 'fixtures', 'slots'), bench.workspace, { recursive: true });
    const procedure = join(bench.workspace, 'procedure');
    cpSync(join(root, 'test', 'fixtures', 'engine', 'slots'), procedure, { recursive: true });
    mkdirSync(join(procedure, 'venv', 'bin'), { recursive: true });
    symlinkSync(python(), join(procedure, 'venv', 'bin', 'python'));
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
  });

  const place = (kind: Kind, name: string): string => join(bench.workspace, kind, '..', name);
  const acts = (kind: Kind, { slot }: Plan): Promise<number> =>
    until(() => {
      const file = place(kind, `acts-${slot}`);
      return existsSync(file) && Number(readFileSync(file, 'utf8'));
    });

  function plan(kind: Kind, slot: number, behavior: Behavior): Plan {
    marks += 1;
    const one = { slot, mark: marks, serial: `U${marks}`, behavior };
    rmSync(place(kind, `acts-${slot}`), { force: true });
    const does = behavior === 'killed' ? 'hang' : behavior;
    writeFileSync(place(kind, `plan-${slot}.json`), JSON.stringify({ ...one, behavior: does }));
    return one;
  }

  async function start(kind: Kind, behaviors: readonly Behavior[]): Promise<Plan[]> {
    const window = workbench();
    rmSync(place(kind, 'go'), { force: true });
    const plans = slots.map((slot, index) => plan(kind, slot, behaviors[index] ?? 'pass'));
    await window.openFile(kind);
    await window.command('Test Stations: Run Procedure on Station');
    await answerQuestions(kind, plans);
    return plans;
  }

  async function answerQuestions(kind: Kind, plans: readonly Plan[]): Promise<void> {
    const window = workbench();
    const name = testName(kind);
    await window.quickInput.opened(`Choose the slots in which ${name} tests units`);
    await window.quickInput.accept();
    for (const { slot, serial } of plans) {
      await eventually(async () =>
        assert.match(await window.quickInput.message(), new RegExp(`${name}, slot ${slot} · Bench 1`)),
      );
      await window.quickInput.fill(serial);
      await window.quickInput.accept();
    }
    await window.quickInput.closed();
    for (const each of plans) if (each.behavior !== 'exit') await acts(kind, each);
  }

  async function stop(which: string): Promise<void> {
    const window = workbench();
    await window.command('Test Stations: Stop Run');
    await window.quickInput.opened('Stop which run?');
    await window.quickInput.pick(which);
  }

  const stored = async (serial: string): Promise<boolean> =>
    until(async () => (await bench.runs()).some(({ unit }) => unit.serial_number === serial), { what: serial });

  /** Fails unless each unit that was ever tested has its run, and there is no other one. */
  async function compare(kind: Kind, plans: readonly Plan[]): Promise<void> {
    for (const each of plans) everything.set(each.serial, { behavior: each.behavior, wanted: expected(kind, each) });
    await eventually(async () => assert.ok((await bench.runs()).length >= everything.size));
    await until(() => pendingUploads(workbench()).length === 0, { what: 'uploads' });
    const kept = await Promise.all(
      (await bench.runs()).map(async ({ id, unit, outcome, slot_name }): Promise<Stored> => {
        const { phases } = await bench.run(id);
        const measured = phases
          .flatMap(({ measurements }) => measurements)
          .flatMap(({ name, measured_value: value }) => (value == null ? [] : [[name, value] as const]));
        const { serial_number: serial } = unit;
        return { serial, outcome, slot: slot_name ?? null, measured: Object.fromEntries(measured) };
      }),
    );
    const wanted = [...everything.values()].map((each) => {
      const stored = kept.find(({ serial }) => serial === each.wanted.serial);
      // A process that dies can lose what it measured in its last moment, and nothing else.
      const hasDied = each.behavior === 'exit' || each.behavior === 'killed';
      const names = Object.keys(hasDied && stored ? stored.measured : each.wanted.measured);
      const measured = Object.fromEntries(names.map((name) => [name, each.wanted.measured[name]]));
      return { ...each.wanted, measured, ...(singles.has(each.wanted.serial) && { slot: null }) };
    });
    const inOrder = (list: Stored[]): Stored[] => list.toSorted((a, b) => (a.serial < b.serial ? -1 : 1));
    assert.deepEqual(inOrder(kept), inOrder(wanted));
    await workbench().command('Notifications: Clear All Notifications');
  }

  for (const kind of kinds) {
    const name = basename(kind);

    itSlow(`of ${name} have a run each, and one is stopped and one is killed without the third`, async () => {
      const [waits, dies, hangs] = await start(kind, ['wait', 'killed', 'hang']);
      assert.ok(waits && dies && hangs);
      const pids = await Promise.all([waits, dies, hangs].map((each) => acts(kind, each)));
      assert.equal(new Set(pids).size, 3);
      process.kill(await acts(kind, dies), 'SIGKILL');
      await stored(dies.serial);
      await stop(`${testName(kind)}, slot 3`);
      await stored(hangs.serial);
      process.kill(await acts(kind, waits), 0); // throws if the process has ended
      writeFileSync(place(kind, 'go'), '');
      await compare(kind, [waits, dies, hangs]);
    });

    itSlow(`of ${name} are all stopped by Stop All`, async () => {
      const plans = await start(kind, ['hang', 'hang', 'hang']);
      await stop('Stop All');
      await compare(kind, plans);
    });

    itSlow(`of ${name} are all stopped in the Test Explorer, where they were started`, async () => {
      const window = workbench();
      const plans = slots.map((slot) => plan(kind, slot, 'hang'));
      rmSync(place(kind, 'go'), { force: true });
      await window.openFile(kind);
      await window.command('Test: Run Tests in Current File');
      await answerQuestions(kind, plans);
      await window.command('Test: Cancel Test Run');
      await compare(kind, plans);
    });

    if (kind === 'procedure/procedure.yaml') continue;
    itSlow(`of ${name} have the verdicts that they earn, whatever the others do`, async () => {
      await compare(kind, await start(kind, ['fail', 'exit', 'pass']));
      await compare(kind, await start(kind, ['raise', 'pass', 'fail']));
    });
  }

  itSlow('wait for those of another number of slots if the setting is changed while they are tested', async () => {
    const window = workbench();
    const kind = 'test_slots.py';
    const plans = await start(kind, ['hang', 'wait', 'wait']);
    await window.changeSettings({ 'testStations.slots': 1 });
    await window.command('Test Stations: Run Procedure on Station');
    await window.notification(/test_slots\.py, slot 1 is still running/).close();
    await stop('test_slots.py, slot 1');
    await stored(plans[0]?.serial ?? '');
    const next = plan(kind, 1, 'pass');
    await window.command('Test Stations: Run Procedure on Station');
    const waits = window.notification(/test_slots\.py waits for its turn on Bench 1, after .*slot 2, .*slot 3/);
    await waits.locator.waitFor();
    await window.screenshots('slots-changed');
    writeFileSync(place(kind, 'go'), '');
    await window.quickInput.opened('Serial number of the unit under test');
    await window.quickInput.fill(next.serial);
    await window.quickInput.accept();
    singles.add(next.serial);
    await compare(kind, [...plans, next]);
  });

  itSlow('are one unit if the setting is no number of slots', async () => {
    const window = workbench();
    const kind = 'test_slots.py';
    for (const slots of [0, 17, 1.5, 'x', null]) {
      await window.changeSettings({ 'testStations.slots': slots });
      const one = plan(kind, 1, 'pass');
      singles.add(one.serial);
      await window.openFile(kind);
      await window.command('Test Stations: Run Procedure on Station');
      await window.quickInput.opened('Serial number of the unit under test');
      await eventually(async () => assert.match(await window.quickInput.message(), /test_slots\.py · Bench 1/));
      await window.quickInput.fill(one.serial);
      await window.quickInput.accept();
      await stored(one.serial);
      await compare(kind, [one]);
    }
  });
});
