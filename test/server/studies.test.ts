import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { type GaugeResult, studyResult } from '../../src/shared/analytics/studyResult.ts';
import { analytics } from '../../src/shared/contract/analytics.ts';
import type { Outcome } from '../../src/shared/contract/common.ts';
import { operator } from '../../src/shared/contract/operator.ts';
import { overview } from '../../src/shared/contract/overview.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { studies, type Study, type StudyTrial } from '../../src/shared/contract/studies.ts';
import { studyResultTable, studyRunsTable } from '../../src/shared/export/studyTables.ts';
import type { Row, Table } from '../../src/shared/export/table.ts';
import { aiagReading } from '../support/gaugeExample.ts';
import { type TestStation, useServer } from './bench.ts';
import { runAt } from './runs.ts';

const measurement = { phase_name: 'measure', measurement_name: 'thickness' };
const limits = { lower_limit: -4, upper_limit: 4 };

/** Fails unless a figure is the published one, to its digits. */
function published(actual: number | undefined, text: string): void {
  const digits = text.split('.')[1]?.length ?? 0;
  assert.equal(actual?.toFixed(digits), text);
}

async function rowsOf({ batches }: Table): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

describe('a gauge study', function () {
  this.timeout(120_000);
  const bench = useServer();
  let procedure: string;
  let station: TestStation;
  let other: TestStation;
  before(async () => {
    procedure = await bench.procedure('Thickness');
    station = await bench.station('Bench 1', procedure);
    other = await bench.station('Bench 2', procedure);
  });

  /** A run that starts now, with a value of the measurement. */
  const runOf = (serial: string, outcome: Outcome, values: unknown[] = [], at = Date.now()) => {
    const body = runAt(procedure, serial, outcome, at, 0);
    const { started_at, ended_at } = body;
    const named = values.map((measured_value) => ({
      ...{ name: 'thickness', outcome: 'PASS', units: 'mm', measured_value },
      ...(typeof measured_value === 'number' ? limits : {}),
    }));
    return { ...body, phases: [{ name: 'measure', outcome: 'PASS', started_at, ended_at, measurements: named }] };
  };
  const push = async (...given: Parameters<typeof runOf>): Promise<string> =>
    (await station.client.call(runs.create, { body: runOf(...given) })).id;

  const create = (change: object = {}): Promise<Study> =>
    bench.user.call(studies.create, {
      body: {
        procedure_id: procedure,
        name: 'Study of thickness',
        measurements: [measurement],
        parts: ['SN-1', 'SN-2'].map((serial_number) => ({ serial_number })),
        appraisers: ['Ana', 'Ben'].map((name) => ({ name, station_id: station.id })),
        trials: 2,
        seed: 7,
        ...change,
      },
    });
  const get = ({ id }: Study): Promise<Study> => bench.user.call(studies.get, { params: { id } });
  const activate = ({ id }: Study, is_active = true): Promise<Study> =>
    bench.user.call(studies.update, { params: { id }, body: { is_active } });
  const remove = ({ id }: Study) => bench.user.call(studies.delete, { params: { id } });
  const trialOf = (study: Study, position: number): StudyTrial => {
    const found = study.plan[position - 1];
    assert.ok(found);
    return found;
  };
  const nextPart = (study: Study): string => study.parts[trialOf(study, study.next ?? 0).part]?.serial_number ?? '';
  const trial = ({ id }: Study, position: number) => ({ id, position: String(position) });

  /** How many units and runs the statistics of the procedure count. */
  async function counted() {
    const { yield: procedureYield, runs: count } = await bench.user.call(analytics.procedure, {
      params: { id: procedure },
    });
    const { values } = await bench.user.call(analytics.values, { params: { id: procedure }, query: measurement });
    const { week } = await bench.user.call(overview.get, { params: { id: station.id } });
    const own = week.find(({ procedure_id }) => procedure_id === procedure);
    return {
      runs: count,
      units: procedureYield.units,
      values: values.length,
      ofStation: own?.yield.units,
      ofWeek: own?.runs,
    };
  }

  it("leads AIAG's example through 90 runs of a station to the published figures, outside of all statistics", async () => {
    await push('SN-PRODUCTION', 'PASS', [0.5]);
    const before = await counted();
    const parts = Array.from({ length: 10 }, (_, index) => ({ serial_number: `AIAG-${index + 1}` }));
    const appraisers = ['A', 'B', 'C'].map((name) => ({ name, station_id: station.id }));
    let study = await activate(await create({ parts, appraisers, trials: 3, name: 'AIAG' }));
    assert.equal(study.run_count, 90);
    const cells = study.plan.map(({ part, appraiser, trial }) => `${part} ${appraiser} ${trial}`);
    assert.equal(new Set(cells).size, 90);
    const open = studyResult(study, 0);
    assert.ok(open.kind === 'open' && open.trials.length === 90);
    for (let position = 1; position <= 90; position += 1) {
      study = await get(study);
      assert.equal(study.next, position);
      const { part, appraiser, trial } = trialOf(study, position);
      await push(nextPart(study), 'PASS', [aiagReading(appraiser, part, trial)]);
    }
    study = await get(study);
    assert.deepEqual([study.done, study.next, study.active_since], [90, null, null]);
    assert.deepEqual(await counted(), before);

    const { rr, limits: found, units }: GaugeResult = gaugeOf(study);
    assert.deepEqual([found, units], [{ lower: -4, upper: 4 }, 'mm']);
    assert.ok(rr.kind === 'study');
    assert.equal(rr.isPooled, true);
    published(rr.anova.part.sumOfSquares, '88.361934');
    published(rr.anova.operator.sumOfSquares, '3.167262');
    published(rr.anova.interaction.p ?? undefined, '0.974106');
    published(rr.repeatability.sigma, '0.199933');
    published(rr.reproducibility.sigma, '0.226838');
    published(rr.gaugeRr.percentStudy, '27.860651');
    published(rr.gaugeRr.percentContribution, '7.762159');
    published(rr.gaugeRr.percentTolerance ?? undefined, '22.677864');
    assert.deepEqual([rr.distinctCategories, rr.verdict], [4, 'conditional']);

    assert.equal((await rowsOf(studyRunsTable(study))).length, 90);
    const figures = await rowsOf(studyResultTable(study));
    const exported = (...wanted: [method: string, of: string, figure: string]) =>
      figures.find((row) => wanted.every((text, index) => row[index + 1] === text));
    published(Number(exported('ANOVA', 'gauge', '% study')?.[4]), '27.860651');
    assert.equal(exported('ANOVA', 'study', 'verdict')?.at(-1), 'conditional');
    published(Number(exported('average and range', 'gauge', '% study')?.[4]), '26.678050');
    published(Number(exported('average and range', 'gauge', '% tolerance')?.[4]), '22.93');
    assert.equal(exported('average and range', 'study', 'distinct categories')?.[4], 5);
    assert.equal(exported('average and range', 'parts', 'K3')?.[4], 0.3146);

    const { data } = await bench.user.call(runs.list, { query: { serial_numbers: 'AIAG-1', limit: '100' } });
    assert.equal(data.length, 9);
    for (const { gauge_study } of data) assert.deepEqual(gauge_study, { id: study.id, name: 'AIAG' });

    await remove(study);
    const after = await counted();
    assert.deepEqual(
      [after.runs - before.runs, after.units - before.units, after.values - before.values],
      [90, 10, 90],
    );
    assert.equal((after.ofStation ?? 0) - (before.ofStation ?? 0), 10);
    const { data: again } = await bench.user.call(runs.list, { query: { serial_numbers: 'AIAG-1' } });
    assert.ok(again.every(({ gauge_study }) => gauge_study === undefined));
  });

  const gaugeOf = (study: Study): GaugeResult => {
    const result = studyResult(study, 0);
    assert.ok(result.kind === 'gauge', result.kind);
    return result;
  };

  it('has the same order for the same seed, and each appraiser tests each part once in each trial', async () => {
    const parts = ['A', 'B', 'C', 'D', 'E'].map((serial_number) => ({ serial_number }));
    const [one, same, different] = [
      await create({ parts, seed: 1 }),
      await create({ parts, seed: 1 }),
      await create({ parts, seed: 2 }),
    ];
    assert.deepEqual(one.plan, same.plan);
    assert.notDeepEqual(one.plan, different.plan);
    for (const block of [0, 5, 10, 15]) {
      const trials = one.plan.slice(block, block + 5);
      assert.equal(new Set(trials.map(({ appraiser, trial }) => `${appraiser} ${trial}`)).size, 1);
      assert.equal(new Set(trials.map(({ part }) => part)).size, 5);
    }
    for (const study of [one, same, different]) await remove(study);
  });

  it('counts no run of another unit, time, station or caller, and keeps a run that ended with an error out of statistics', async () => {
    const started = Date.now();
    let study = await activate(await create());
    const before = await counted();
    const part = nextPart(study);
    const wrong = study.parts.find(({ serial_number }) => serial_number !== part)?.serial_number ?? '';

    const otherUnit = await push(wrong, 'PASS', [1]);
    study = await get(study);
    assert.deepEqual([study.other_run?.id, study.other_run?.serial_number, study.done], [otherUnit, wrong, 0]);

    const early = await push(part, 'PASS', [1], started - 60_000);
    study = await get(study);
    assert.deepEqual([study.other_run?.id, study.done], [early, 0]);
    await other.client.call(runs.create, { body: runOf(part, 'PASS', [1]) });
    await bench.user.call(runs.create, { body: runOf(part, 'PASS', [1]) });
    assert.equal((await get(study)).done, 0);
    assert.equal((await counted()).runs, before.runs + 4);

    for (const outcome of ['ERROR', 'ABORTED', 'TIMEOUT'] as const) await push(part, outcome, [1]);
    study = await get(study);
    assert.deepEqual([study.next, study.done, study.other_run], [1, 0, null]);
    assert.deepEqual(
      trialOf(study, 1).discarded.map(({ outcome }) => outcome),
      ['ERROR', 'ABORTED', 'TIMEOUT'],
    );
    assert.equal((await counted()).runs, before.runs + 4);

    const failed = await push(part, 'FAIL', [9]);
    study = await get(study);
    assert.deepEqual([study.next, trialOf(study, 1).run?.id], [2, failed]);
    study = await activate(study, false);
    await push(nextPart(study), 'PASS', [1]);
    assert.equal((await get(study)).done, 1);
    await remove(study);
  });

  it('lets a run be chosen, repeated and released, and opens the trial of a deleted run', async () => {
    let study = await create();
    const part = nextPart(study);
    const wrong = study.parts.find(({ serial_number }) => serial_number !== part)?.serial_number ?? '';
    const ids = [await push(part, 'PASS', [1]), await push(part, 'PASS', [2])] as const;
    const attach = (run_id: string, position = 1) =>
      bench.user.send(studies.attach, { params: trial(study, position), body: { run_id } });
    const before = (await counted()).runs;

    const refusals = [
      [
        await attach(await push(wrong, 'PASS', [1])),
        422,
        /The run is of unit \\"SN-.\\", and run 1 of part \\"SN-.\\"/,
      ],
      [await attach(await push(part, 'ERROR', [1])), 422, /ended with ERROR/],
      [await attach('00000000-0000-4000-8000-000000000000'), 404, /not found/],
      [await attach(ids[0], 99), 404, /Run 99 not found/],
    ] as const;
    for (const [reply, status, message] of refusals) {
      assert.equal(reply.status, status);
      assert.match(reply.text, message);
    }
    const foreign = await other.client.call(runs.create, { body: runOf(part, 'PASS', [1]) });
    assert.match((await attach(foreign.id)).text, /one of another station/);
    await bench.user.call(runs.delete, { query: { ids: foreign.id } });

    assert.equal((await attach(ids[0])).status, 200);
    assert.equal((await attach(ids[1])).status, 200);
    study = await get(study);
    assert.equal(trialOf(study, 1).run?.id, ids[1]);
    assert.deepEqual(
      trialOf(study, 1).discarded.map(({ id }) => id),
      [ids[0]],
    );
    const later = study.plan.find((each) => each.part === trialOf(study, 1).part && each.position > 1)?.position ?? 0;
    assert.match((await attach(ids[1], later)).text, /counts as run 1 of the study already/);
    const elsewhere = await create({ name: 'Second' });
    const taken = { params: trial(elsewhere, 1), body: { run_id: ids[1] } };
    assert.match((await bench.user.send(studies.attach, taken)).text, /belongs to study \\"Study of thickness\\"/);
    await remove(elsewhere);

    study = await bench.user.call(studies.discard, { params: trial(study, 1) });
    assert.deepEqual([study.next, trialOf(study, 1).discarded.length], [1, 2]);
    assert.equal((await counted()).runs, before);
    await attach(ids[1]);
    const release = (run_id: string) => bench.user.send(studies.release, { params: { id: study.id, run_id } });
    assert.equal((await release(ids[1])).status, 200);
    assert.equal((await release(ids[1])).status, 404);
    study = await get(study);
    assert.deepEqual([study.next, trialOf(study, 1).discarded.map(({ id }) => id)], [1, [ids[0]]]);

    await attach(ids[1]);
    await bench.user.call(runs.delete, { query: { ids: ids[1] } });
    study = await get(study);
    assert.deepEqual([study.next, study.done], [1, 0]);
    await remove(study);
    const { data } = await bench.user.call(studies.list, { query: { procedure_id: procedure } });
    assert.deepEqual(data, []);
  });

  it('is refused when its plan cannot give a result, and says why', async () => {
    const parts = ['SN-1', 'SN-2'].map((serial_number) => ({ serial_number }));
    const ana = { name: 'Ana', station_id: station.id };
    const many = (count: number) => Array.from({ length: count }, (_, index) => ({ serial_number: `SN-${index}` }));
    const unlinked = await bench.station('Bench 3');
    for (const [change, status, message] of [
      [{ parts: parts.slice(1) }, 400, /needs 2 parts or more/],
      [{ appraisers: [ana] }, 400, /needs 2 appraisers or more/],
      [{ trials: 1 }, 400, /shows no repeatability/],
      [{ parts: [...parts, { serial_number: 'sn-1' }] }, 422, /Part \\"sn-1\\" is named twice/],
      [{ appraisers: [ana, { ...ana, name: 'ANA' }] }, 422, /Appraiser \\"ANA\\" is named twice/],
      [{ parts: many(100), trials: 6 }, 422, /These are 1200 runs/],
      [{ appraisers: [ana, { name: 'Ben', station_id: unlinked.id }] }, 422, /is not linked to procedure/],
      [{ procedure_id: unlinked.id }, 404, /not found/],
    ] as const) {
      const body = {
        ...{ procedure_id: procedure, name: 'x', measurements: [], parts, trials: 2 },
        ...{ appraisers: [ana, { ...ana, name: 'Ben' }], ...change },
      };
      const reply = await bench.user.send(studies.create, { body });
      assert.equal(reply.status, status, reply.text);
      assert.match(reply.text, message);
    }
  });

  it('is active alone on its stations, and not without an open trial', async () => {
    const [first, second] = [await activate(await create()), await create({ name: 'Second' })];
    const reply = await bench.user.send(studies.update, { params: { id: second.id }, body: { is_active: true } });
    assert.equal(reply.status, 409);
    assert.match(reply.text, /Study \\"Study of thickness\\" is active/);
    await activate(first, false);
    await activate(second);
    await activate(second, false);
    const elsewhere = ['Ana', 'Ben'].map((name) => ({ name, station_id: other.id }));
    const third = await create({ name: 'Third', appraisers: elsewhere });
    await activate(first);
    await activate(third);
    await activate(third, false);
    let study = await get(first);
    while (study.next !== null) {
      await push(nextPart(study), 'PASS', [study.next]);
      study = await get(study);
    }
    assert.equal(study.active_since, null);
    const complete = await bench.user.send(studies.update, { params: { id: study.id }, body: { is_active: true } });
    assert.match(complete.text, /is complete/);
    for (const each of [first, second, third]) await remove(each);
  });

  it('is refused on a station of an active study that has all its runs there, because one can be repeated', async () => {
    const appraisers = [station, other].map(({ id }, index) => ({ name: `Appraiser ${index}`, station_id: id }));
    const first = await activate(await create({ appraisers }));
    const client = (study: Study) => (nextTrial(study).appraiser === 0 ? station.client : other.client);
    const nextTrial = (study: Study) => trialOf(study, study.next ?? 0);
    const last = trialOf(first, first.run_count).appraiser;
    let study = first;
    while (study.plan.some(({ appraiser, run }) => appraiser !== last && run === null)) {
      await client(study).call(runs.create, { body: runOf(nextPart(study), 'PASS', [study.next]) });
      study = await get(study);
    }
    assert.notEqual(study.active_since, null);
    const finished = appraisers[1 - last];
    const second = await create({ name: 'Second', appraisers: ['Ana', 'Ben'].map((name) => ({ ...finished, name })) });
    const reply = await bench.user.send(studies.update, { params: { id: second.id }, body: { is_active: true } });
    assert.equal(reply.status, 409);
    assert.match(reply.text, /Study \\"Study of thickness\\" is active/);
    for (const each of [first, second]) await remove(each);
  });

  it('is shown on the live page of the station of the next run, while it is active', async () => {
    const turn = async (id: string) => (await bench.user.call(operator.state, { params: { id } })).board?.study;
    const appraisers = [
      { name: 'Bench 1', station_id: station.id },
      { name: 'Bench 2', station_id: other.id },
    ];
    let study = await create({ appraisers });
    assert.deepEqual([await turn(station.id), await turn(other.id)], [null, null]);
    study = await activate(study);
    const trialNow = trialOf(study, 1);
    const [here, there] = trialNow.appraiser === 0 ? [station, other] : [other, station];
    assert.deepEqual(await turn(here.id), {
      name: 'Study of thickness',
      position: 1,
      run_count: 8,
      serial_number: nextPart(study),
      appraiser: appraisers[trialNow.appraiser]?.name,
    });
    assert.equal(await turn(there.id), null);
    await here.client.call(runs.create, { body: runOf(nextPart(study), 'PASS', [1]) });
    assert.equal((await turn(here.id))?.position, 2);
    await remove(study);
    assert.equal(await turn(here.id), null);
  });

  it('names the runs without a value, and compares pass and fail with the known standard', async () => {
    const parts = [
      { serial_number: 'GOOD', is_good: true },
      { serial_number: 'BAD', is_good: false },
    ];
    const both = [measurement, { phase_name: 'measure', measurement_name: 'nothing' }];
    let study = await activate(await create({ parts, measurements: both }));
    while (study.next !== null) {
      const isGood = nextPart(study) === 'GOOD';
      const values = study.next === 3 ? [true, true] : study.next === 5 ? [] : [isGood];
      await push(nextPart(study), isGood ? 'PASS' : 'FAIL', values);
      study = await get(study);
    }
    const named = studyResult(study, 0);
    assert.ok(named.kind === 'noValue');
    assert.deepEqual(
      named.trials.map(({ position, run }) => [position, run?.values[0]?.count]),
      [
        [3, 2],
        [5, 0],
      ],
    );
    const outcomes = studyResult(study, null);
    assert.ok(outcomes.kind === 'agreement');
    assert.equal(outcomes.standard.size, 2);
    assert.equal(outcomes.agreement.kappa, 1);
    for (const { effectiveness } of outcomes.agreement.operators) {
      assert.ok(effectiveness.kind === 'share' && effectiveness.share === 1);
    }
    const decisions = await rowsOf(studyResultTable({ ...study, measurements: [] }));
    assert.ok(decisions.some((row) => row[3] === "Cohen's kappa" && row[4] === 1));
    await remove(study);
  });
});
