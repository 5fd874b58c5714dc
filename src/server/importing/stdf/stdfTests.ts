import { required, StdfFields } from './stdfFields.ts';
import { type LotSummary, skipToFunctionalText, testName } from './stdfLot.ts';
import { type StdfRecord, stdfType } from './stdfStream.ts';

type MeasuredOutcome = 'PASS' | 'FAIL' | 'UNSET';

interface Rule {
  readonly operator: string;
  readonly expected_value: number;
}

export interface StdfTest {
  readonly isExecuted: boolean;
  /** As in the body of v2 `POST /runs`, by whose rules they are parsed. */
  readonly measurements: readonly Readonly<{ outcome: MeasuredOutcome; [field: string]: unknown }>[];
  readonly notStored: readonly string[];
}

export const siteOf = (head: number, site: number): string => `${head}.${site}`;

export function siteOfTest(record: StdfRecord): string {
  const fields = new StdfFields(record);
  fields.u4();
  return siteOf(required(fields.u1(), 'HEAD_NUM'), required(fields.u1(), 'SITE_NUM'));
}

interface Statics {
  low: number | null;
  high: number | null;
  units: string;
}

/** Reads the tests of a lot in the order of the file: the first record of a test has what later ones leave out. */
export class StdfTests {
  readonly #summary: LotSummary;
  readonly #firsts = new Map<string, Statics>();

  constructor(summary: LotSummary) {
    this.#summary = summary;
  }

  /** @throws ImportError if the record is damaged */
  read(record: StdfRecord): StdfTest {
    if (record.type === stdfType.FTR) return this.#readFunctional(record);
    return record.type === stdfType.MPR ? this.#readMultiple(record) : this.#readParametric(record);
  }

  #readParametric(record: StdfRecord): StdfTest {
    const fields = new StdfFields(record);
    const number = required(fields.u4(), 'TEST_NUM');
    fields.skip(2);
    const flags = required(fields.u1(), 'TEST_FLG');
    const parameterFlags = fields.u1() ?? 0;
    const result = fields.r4();
    const [text, alarm, option] = [fields.cn(), fields.cn(), fields.u1()];
    fields.i1();
    fields.i1();
    fields.i1();
    const own = readLimits(fields, option);
    const units = fields.cn();
    fields.cn();
    fields.cn();
    fields.cn();
    const [lowSpec, highSpec] = [fields.r4(), fields.r4()];
    const statics = this.#staticsOf(`${number}`, text, { ...own, units });
    const docstring = notesOf(flags, alarm, statics);
    return {
      isExecuted: !isSet(flags, 4),
      measurements: [
        {
          name: testName(this.#summary, number, text),
          outcome: outcomeOf(flags),
          docstring,
          units: statics.units || null,
          measured_value: isSet(flags, 1) || isSet(flags, 4) ? null : storable(result),
          validators: rulesOf(statics, parameterFlags),
        },
      ],
      notStored: [
        ...(lowSpec !== null && !isSet(option ?? 255, 2) ? ['LO_SPEC'] : []),
        ...(highSpec !== null && !isSet(option ?? 255, 3) ? ['HI_SPEC'] : []),
      ],
    };
  }

  #readFunctional(record: StdfRecord): StdfTest {
    const fields = new StdfFields(record);
    const number = required(fields.u4(), 'TEST_NUM');
    fields.skip(2);
    const flags = required(fields.u1(), 'TEST_FLG');
    fields.u1();
    skipToFunctionalText(fields);
    const [text, alarm, program, result] = [fields.cn(), fields.cn(), fields.cn(), fields.cn()];
    const docstring = [notesOf(flags, alarm), program, result].filter((each) => each).join(' ');
    return {
      isExecuted: !isSet(flags, 4),
      measurements: [
        { name: testName(this.#summary, number, text), outcome: outcomeOf(flags), docstring: docstring || null },
      ],
      notStored: record.body.length > 8 ? ['FTR (vectors and pins)'] : [],
    };
  }

  #readMultiple(record: StdfRecord): StdfTest {
    const fields = new StdfFields(record);
    const number = required(fields.u4(), 'TEST_NUM');
    fields.skip(2);
    const flags = required(fields.u1(), 'TEST_FLG');
    const parameterFlags = fields.u1() ?? 0;
    const [stateCount, resultCount] = [fields.u2() ?? 0, fields.u2() ?? 0];
    const states = fields.nibbles(stateCount);
    const results = fields.list(resultCount, () => fields.r4());
    const [text, alarm, option] = [fields.cn(), fields.cn(), fields.u1()];
    fields.i1();
    fields.i1();
    fields.i1();
    const own = readLimits(fields, option);
    const [start, step] = [fields.r4(), fields.r4()];
    const isAtEnd = step === null;
    const pins = isAtEnd ? [] : fields.list(stateCount, () => fields.u2());
    const [units, inputUnits] = [fields.cn(), fields.cn()];
    const name = testName(this.#summary, number, text);
    const statics = this.#staticsOf(`MPR ${number}`, text, { ...own, units });
    const docstring = notesOf(flags, alarm, statics);
    const common = { docstring, units: statics.units || null };
    const validators = rulesOf(statics, parameterFlags);
    const outcome = outcomeOf(flags);
    const isExecuted = !isSet(flags, 4);
    if (results.length === 0 || isSet(flags, 1) || !isExecuted) {
      return {
        isExecuted,
        measurements: [{ name, outcome, ...common, measured_value: null, validators }],
        notStored: [],
      };
    }
    const isSweep = start !== null && step !== null && step !== 0 && option !== null && !isSet(option, 1);
    if ((isSweep || pins.length !== results.length) && results.every(Number.isFinite)) {
      const at = (index: number): number => (isSweep ? single(start + index * step) : index + 1);
      const x_axis = { data: results.map((_, index) => at(index)), units: isSweep ? inputUnits || null : null };
      const y_axis = [{ data: results, units: statics.units || null, validators }];
      return { isExecuted, measurements: [{ name, outcome, docstring, x_axis, y_axis }], notStored: [] };
    }
    const isOutside = (value: number): boolean => validators.some((rule) => !isMet(rule, value));
    const failed = results.map((value, index) => isOutside(value) || isFailedState(states[index]));
    // A test that failed although each value is within its limits does not say which pin failed it.
    const doAllFail = outcome === 'FAIL' && !failed.includes(true);
    return {
      isExecuted,
      measurements: results.map((value, index) => ({
        name: `${name} (${this.#pinName(pins[index], index)})`,
        outcome: outcome === 'FAIL' && !doAllFail && !(failed[index] ?? false) ? 'PASS' : outcome,
        ...common,
        measured_value: storable(value),
        validators,
      })),
      notStored: [],
    };
  }

  #pinName(pin: number | undefined, index: number): string {
    return pin === undefined ? `${index + 1}` : (this.#summary.pins.get(pin) ?? `pin ${pin}`);
  }

  #staticsOf(number: string, text: string, own: OwnLimits & { units: string }): Statics {
    const first = this.#firsts.get(`${number} ${text}`) ?? this.#firsts.get(number);
    const statics = {
      low: own.low === undefined ? (first?.low ?? null) : own.low,
      high: own.high === undefined ? (first?.high ?? null) : own.high,
      units: own.units || first?.units || '',
    };
    for (const key of [number, `${number} ${text}`]) if (!this.#firsts.has(key)) this.#firsts.set(key, statics);
    return statics;
  }
}

const single = (value: number): number => Number(Math.fround(value).toPrecision(7));

interface OwnLimits {
  /** Undefined: as in the first record of the test. Null: there is none. */
  readonly low: number | null | undefined;
  readonly high: number | null | undefined;
}

function readLimits(fields: StdfFields, option: number | null): OwnLimits {
  const [low, high] = [fields.r4(), fields.r4()];
  const own = (value: number | null, isDefault: boolean, isNone: boolean): number | null | undefined => {
    if (option === null) return undefined;
    if (isNone) return null;
    return value === null || isDefault ? undefined : value;
  };
  const flags = option ?? 0;
  return { low: own(low, isSet(flags, 4), isSet(flags, 6)), high: own(high, isSet(flags, 5), isSet(flags, 7)) };
}

const isSet = (flags: number, bit: number): boolean => ((flags >> bit) & 1) === 1;

/**
 * A test passes only if the tester says so of a test that it executed to its end. Bits of TEST_FLG: 3 is a timeout, 4 not
 * executed, 5 aborted, 6 no indication of pass or fail, 7 failed.
 */
function outcomeOf(flags: number): MeasuredOutcome {
  if (isSet(flags, 6)) return 'UNSET';
  if (isSet(flags, 7)) return 'FAIL';
  return isSet(flags, 3) || isSet(flags, 4) || isSet(flags, 5) ? 'UNSET' : 'PASS';
}

/** OpenHTF stores numbers that are not finite as texts. */
function storable(value: number | null): number | string | null {
  if (value === null || Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** Bits 6 and 7 of PARM_FLG say whether a result that equals a limit passes. An infinite limit is none. */
function rulesOf({ low, high }: Statics, parameterFlags: number): Rule[] {
  const rule = (operator: string, limit: number | null): Rule[] =>
    limit === null || !Number.isFinite(limit) ? [] : [{ operator, expected_value: limit }];
  return [...rule(isSet(parameterFlags, 6) ? '>=' : '>', low), ...rule(isSet(parameterFlags, 7) ? '<=' : '<', high)];
}

function isMet({ operator, expected_value }: Rule, value: number): boolean {
  if (operator === '>=') return value >= expected_value;
  if (operator === '>') return value > expected_value;
  return operator === '<=' ? value <= expected_value : value < expected_value;
}

/** States of a pin from 5 (failed low) to 10 (shorted) are failures. */
const isFailedState = (state: number | undefined): boolean => state !== undefined && state >= 5 && state <= 10;

function notesOf(flags: number, alarm: string, statics?: Statics): string | null {
  const notes = [
    isSet(flags, 0) ? `Alarm${alarm === '' ? '' : ` ${alarm}`}.` : '',
    isSet(flags, 2) ? 'The tester marked the result as unreliable.' : '',
    isSet(flags, 3) ? 'The test timed out.' : '',
    isSet(flags, 4) ? 'The test was not executed.' : '',
    isSet(flags, 5) ? 'The test was aborted.' : '',
    Number.isNaN(statics?.low) || Number.isNaN(statics?.high) ? 'A limit in the file is not a number.' : '',
    statics?.low === Infinity || statics?.high === -Infinity ? 'No value is within the limits in the file.' : '',
  ];
  return notes.filter((note) => note !== '').join(' ') || null;
}
