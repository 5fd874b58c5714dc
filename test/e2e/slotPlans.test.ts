import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'mocha';
import { type LiveState, operator, stateEvent } from '../../src/shared/contract/operator.ts';
import { randomNumbers } from '../server/random.ts';
import { itSlow } from '../support/slow.ts';
import { createStation, pendingUploads } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually, until } from './support/until.ts';

const seed = Number(process.env['SLOTS_SEED'] ?? 20_261_129);
const random = randomNumbers(seed);
const slots = [1, 2, 3] as const;
const choice = 'Choose the slots in which slot_plans.py tests units';
const serialNumberTitle = 'Serial number of the unit under test';
const chosen = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? assert.fail();

/** What a script does, and what is stored of it: nothing if OpenHTF dies. `answer`, `hang` and `prompt` end by what the user does. */
const verdicts = {
  pass: 'PASS',
  wait: 'PASS',
  answer: 'PASS',
  fail: 'FAIL',
  raise: 'ERROR',
  exit: null,
  kill: null,
  hang: 'ABORTED',
  prompt: 'ABORTED',
} as const;
type Behavior = keyof typeof verdicts;
const behaviors = Object.keys(verdicts) as Behavior[];

interface Plan {
  slot: number;
  mark: number;
  serial: string;
  behavior: Behavior;
  /** Whether the script has a client of its own. Otherwise the editor uploads its result. */
  client: boolean;
  seconds: number;
}

interface Stored {
  serial: string;
  outcome: string | null;
  measured: Record<string, unknown>;
}

/** What the server must have of a unit, from its own plan alone. */
function expected({ slot, mark, serial, behavior }: Plan): Stored {
  const answer = behavior === 'answer' ? `A${mark}` : 'none';
  const measured: Record<string, unknown> = { answer, child: slot, limit: behavior === 'fail' ? 2 : 1, mark, slot };
  if (['pass', 'wait', 'answer', 'fail'].includes(behavior)) measured['last'] = mark;
  return { serial, outcome: verdicts[behavior], measured };
}

describe(`units in three slots (SLOTS_SEED=${seed})`, function () {
  const settings = { 'testStations.slots': slots.length, 'testStations.serialNumber': 'ask' };
  const { bench, workbench } = useSharedBench({ settings });
  let station = '';
  let marks = 0;

  before(async () => {
    bench.script('slot_plans.py');
    const window = workbench();
    await createStation(window, 'Bench 1');
    await window.notification('Station Bench 1 is ready').close();
    await bench.linkedProcedure('Bench 1', 'FVT1');
    station = await bench.stationId('Bench 1');
    await window.openContainer('Test Stations');
    await window.tree('Stations').row('Bench 1').menu('Set Station Script…');
    await window.quickInput.opened('Script that Bench 1 starts');
    await window.quickInput.pick('slot_plans.py');
    await window.openFile('slot_plans.py');
  });

  function plan(slot: number, behavior = chosen(behaviors)): Plan {
    marks += 1;
    const mark = marks * 1000 + Math.floor(random() * 1000);
    const one = { slot, mark, serial: `U${mark}`, behavior, client: random() < 0.5, seconds: random() / 2 };
    bench.write(`plan-${slot}.json`, JSON.stringify(one));
    return one;
  }

  const acts = ({ mark }: Plan): Promise<boolean> =>
    until(() => existsSync(join(bench.workspace, `acts-${mark}`)), { what: `unit ${mark} to be tested` });

  const kept = async (): Promise<Stored[]> =>
    Promise.all(
      (await bench.runs()).map(async ({ id, unit, outcome }) => {
        const { phases } = await bench.run(id);
        const all = phases.flatMap(({ measurements }) => measurements);
        const measured = all.flatMap(({ name, measured_value: value }) =>
          value == null ? [] : [[name, value] as const],
        );
        assert.equal(new Set(measured.map(([name]) => name)).size, measured.length, unit.serial_number);
        return { serial: unit.serial_number, outcome, measured: Object.fromEntries(measured) };
      }),
    );

  const inOrder = (list: Stored[]): Stored[] => list.toSorted((a, b) => (a.serial < b.serial ? -1 : 1));

  const everything: Plan[] = [];

  /** Fails unless each unit that was ever tested has its run, and no other one. */
  async function compare(plans: Plan[]): Promise<void> {
    everything.push(...plans);
    const wanted = inOrder(everything.map(expected).filter(({ outcome }) => outcome !== null));
    const what = JSON.stringify(plans);
    await eventually(async () => assert.ok((await bench.runs()).length >= wanted.length), { what, timeout: 60_000 });
    await until(() => pendingUploads(workbench()).length === 0, { what: 'uploads' });
    assert.deepEqual(inOrder(await kept()), wanted, what);
    await workbench().command('Notifications: Clear All Notifications');
  }

  /** What the Operator UI sees of a slot, once it is as wanted. */
  async function state(slot: number, isWanted: (state: LiveState) => boolean): Promise<LiveState> {
    return until(
      async () => {
        const query = { slots: 'all' as const };
        const api = await bench.api();
        for await (const event of api.stream(
          operator.states,
          { params: { id: station }, query },
          AbortSignal.timeout(5000),
        )) {
          const { data } = stateEvent.parse(event);
          if (data.slot === slot && 'state' in data && isWanted(data.state)) return data.state;
          if (data.slot === slot) return null;
        }
        return null;
      },
      { what: `the state of slot ${slot}` },
    );
  }

  async function startInEditor(plans: Plan[]): Promise<void> {
    const window = workbench();
    await window.openFile('slot_plans.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.quickInput.opened(choice);
    await window.quickInput.accept();
    for (const { slot, serial } of plans) {
      await eventually(async () =>
        assert.match(await window.quickInput.message(), new RegExp(`slot_plans\\.py, slot ${slot} · Bench 1`)),
      );
      await window.quickInput.fill(serial);
      await window.quickInput.accept();
    }
  }

  /** Answers the prompts in the order in which their boxes come. Stop has closed the box of the first one. */
  async function answerInEditor(plans: Plan[]): Promise<void> {
    const window = workbench();
    const open = new Set(plans.filter(({ behavior }) => behavior === 'answer').map(({ mark }) => mark));
    while (open.size > 0) {
      const mark = await until(
        async () => {
          if ((await window.page.locator('.quick-input-widget').filter({ visible: true }).count()) > 0) {
            const found = Number(/Label of (\d+)/.exec(await window.quickInput.message())?.[1]);
            return open.has(found) && found;
          }
          for (const each of open) {
            const waits = window.notification(new RegExp(`Label of ${each}`));
            if (await waits.locator.isVisible()) await waits.click('Answer');
          }
          return null;
        },
        { what: 'a prompt' },
      );
      open.delete(mark);
      await window.quickInput.fill(`A${mark}`);
      await window.quickInput.accept();
    }
  }

  async function stopInEditor(slot: number, running: number): Promise<void> {
    const window = workbench();
    await window.command('Test Stations: Stop Run');
    if (running < 2) return;
    await window.quickInput.opened('Stop which run?');
    await window.quickInput.pick(`slot_plans.py, slot ${slot}`);
  }

  async function editorRound(wanted?: Behavior[]): Promise<void> {
    bench.remove('go');
    const plans = slots.map((slot) => plan(slot, wanted?.[slot - 1]));
    await startInEditor(plans);
    for (const each of plans) await acts(each);
    const running = new Set(plans.filter(({ behavior }) => ['hang', 'prompt', 'wait', 'answer'].includes(behavior)));
    const ended = plans.filter((each) => !running.has(each));
    for (const { serial } of ended.filter((each) => expected(each).outcome !== null)) await until(async () => (await bench.runs()).some(({ unit }) => unit.serial_number === serial)); // prettier-ignore
    for (const each of plans.filter(({ behavior }) => behavior === 'hang' || behavior === 'prompt')) {
      await stopInEditor(each.slot, running.size);
      running.delete(each);
      await until(async () => (await bench.runs()).some(({ unit }) => unit.serial_number === each.serial));
    }
    await answerInEditor(plans);
    bench.write('go', '');
    await compare(plans);
  }

  async function startOperated(one: Plan): Promise<void> {
    const params = { id: station };
    await state(one.slot, ({ actions }) => actions.start === null);
    const body = { serial_number: one.serial, loop: false, slot: one.slot };
    await (await bench.api()).call(operator.start, { params, body });
    await acts(one);
  }

  /** Answers or stops the test of a unit, if its plan says so. */
  async function endOperated(one: Plan): Promise<void> {
    if (!['hang', 'prompt', 'answer'].includes(one.behavior)) return;
    const api = await bench.api();
    const params = { id: station };
    const { test } = await state(one.slot, (seen) => {
      if (seen.test?.serial_number !== one.serial) return false;
      return one.behavior === 'hang' || seen.test.prompt != null;
    });
    if (one.behavior === 'answer') {
      assert.ok(test?.prompt);
      assert.equal(test.prompt.message, `Label of ${one.mark}`);
      const body = { prompt_id: test.prompt.id, text: `A${one.mark}` };
      await api.call(operator.answer, { params, body });
    } else await api.call(operator.stop, { params, body: { execution_id: test?.execution_id ?? '' } });
    // A server that is killed before the window has the request forgets it, and the prompt stays open.
    await state(
      one.slot,
      ({ test: now }) => now?.status === 'completed' || (one.behavior === 'answer' && !now?.prompt),
    );
  }

  async function operatorRound({
    wanted,
    isServerKilled = false,
  }: { wanted?: Behavior[]; isServerKilled?: boolean } = {}): Promise<void> {
    bench.remove('go');
    const plans = slots.map((slot) => plan(slot, wanted?.[slot - 1]));
    await Promise.all(plans.map(startOperated));
    await Promise.all(plans.map(endOperated));
    if (isServerKilled) process.kill(bench.address().pid, 'SIGKILL');
    bench.write('go', '');
    await compare(plans);
  }

  it('each have the run that their plan earns when they are started in the editor', async () => {
    await editorRound(['answer', 'exit', 'hang']);
  });

  it('each have the run that their plan earns when they are started in the Operator UI', async () => {
    await operatorRound({ wanted: ['wait', 'answer', 'prompt'] });
  });

  it('are refused if they were started in another slot while the user was asked', async () => {
    const window = workbench();
    bench.remove('go');
    const one = plan(2, 'wait');
    await window.openFile('slot_plans.py');
    await window.command('Test Stations: Run Procedure on Station');
    await window.quickInput.opened(choice);
    await window.quickInput.accept();
    await window.quickInput.opened(serialNumberTitle);
    await window.quickInput.fill(one.serial);
    await startOperated(one);
    await window.quickInput.accept();
    await eventually(async () =>
      assert.match(
        await window.page.locator('body').innerText(),
        new RegExp(`${one.serial} is being tested in slot 2`),
      ),
    );
    await window.quickInput.opened(serialNumberTitle);
    await window.quickInput.cancel();
    bench.write('go', '');
    await compare([one]);
  });

  itSlow('stay in the slot that was chosen when a script is repeated and another slot becomes free', async () => {
    const window = workbench();
    bench.remove('go');
    const other = plan(1, 'answer');
    const first = plan(2, 'wait');
    await startOperated(other);
    await window.command('Test Stations: Repeat Procedure on Station…');
    await window.quickInput.opened('Repeat Procedure on Station');
    await window.quickInput.fill('2');
    await window.quickInput.accept();
    await window.quickInput.opened('Choose the slot in which slot_plans.py tests a unit');
    await window.quickInput.pick('Slot 2');
    const scan = async ({ serial }: Plan): Promise<void> => {
      await window.quickInput.opened(serialNumberTitle);
      await eventually(async () => assert.match(await window.quickInput.message(), /slot_plans\.py, slot 2 · Bench 1/));
      await window.quickInput.fill(serial);
      await window.quickInput.accept();
    };
    await scan(first);
    await acts(first);
    await endOperated(other);
    await state(1, ({ actions }) => actions.start === null);
    const second = plan(2, 'pass');
    bench.write('go', '');
    await scan(second);
    await compare([other, first, second]);
  });

  for (let round = 1; round <= 2; round += 1) {
    itSlow(`each have the run that random plans earn in the editor (${round})`, () => editorRound());
    itSlow(`each have the run that random plans earn in the Operator UI (${round})`, () => operatorRound());
    itSlow(`each have the run that random plans earn although the server is killed at the end (${round})`, () =>
      operatorRound({
        wanted: [chosen(['wait', 'answer']), 'wait', chosen(['wait', 'prompt', 'hang'])],
        isServerKilled: true,
      }),
    );
  }
});
