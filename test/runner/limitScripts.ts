import * as z from 'zod';
import type { SpecLimits } from '../../src/shared/statistics/capability.ts';
import { randomNumbers } from '../server/random.ts';

interface Target {
  readonly phase: string;
  readonly name: string;
  readonly isEditable: boolean;
  /** Returns what Python declares after the edit. */
  readonly expected: (before: unknown, wanted: SpecLimits) => unknown;
}

export interface GeneratedScript {
  readonly source: string;
  readonly target: Target;
  readonly wanted: SpecLimits;
}

type Expected = Target['expected'];

interface Declared {
  readonly text: string;
  readonly isEditable: boolean | ((wanted: SpecLimits) => boolean);
  readonly expected: Expected;
  readonly name?: string;
}

/** Returns a random script, one of its measurements, and random limits for it. */
export function generateScript(seed: number): GeneratedScript {
  const random = randomNumbers(seed);
  return new Generator(random).script();
}

class Generator {
  readonly #random: () => number;
  readonly #constants: string[] = [];
  #names = 0;
  #comments = 0;
  #measures = 'htf.measures';
  #measurement = 'htf.Measurement';
  #mayBreak = true;

  constructor(random: () => number) {
    this.#random = random;
  }

  script(): GeneratedScript {
    const isPlain = this.#chance(0.35);
    const targets: (Omit<Target, 'isEditable'> & { editable: Declared['isEditable'] })[] = [];
    const phases = Array.from({ length: 1 + this.#below(4) }, () => (isPlain ? this.#plainPhase() : this.#phase()));
    for (const phase of phases) {
      for (const { name, expected, editable } of phase.measurements) {
        targets.push({ phase: phase.name, name, expected, editable });
      }
    }
    const { editable, ...target } = this.#pick(targets);
    const wanted = this.#limits();
    const isEditable = typeof editable === 'boolean' ? editable : editable(wanted);
    const head = isPlain ? '' : this.#imports();
    const source = `"""in_range(1, 2) of "m1" and L1."""\n${head}\n${this.#constants.join('\n')}\n${phases.map(({ text }) => text).join('\n')}`;
    return { source, target: { ...target, isEditable }, wanted };
  }

  #imports(): string {
    const lines: Record<string, string> = {
      'htf.measures': 'import openhtf as htf',
      'openhtf.measures': 'import openhtf',
      measures: 'from openhtf import measures, Measurement',
      declares: 'from openhtf import (measures as declares,  # names\n    Measurement as M)',
    };
    return `import openhtf as htf\n${lines[this.#measures] ?? ''}\n`;
  }

  #phase(): {
    name: string;
    text: string;
    measurements: { name: string; expected: Expected; editable: Declared['isEditable'] }[];
  } {
    if (this.#names === 0) {
      [this.#measures, this.#measurement] = this.#pick([
        ['htf.measures', 'htf.Measurement'],
        ['openhtf.measures', 'openhtf.Measurement'],
        ['measures', 'Measurement'],
        ['declares', 'M'],
      ] as const);
    }
    const phase = `check_${this.#name()}`;
    const list = Array.from({ length: 1 + this.#below(4) }, () => this.#declaration());
    const measurements = list.map(({ name, expected, isEditable }) => ({ name, expected, editable: isEditable }));
    const args = list.map(({ text }) => text).join(`${this.#space()},${this.#space()}`);
    const comma = this.#chance(0.3) ? ',' : '';
    const decorator = `@${this.#measures}(${this.#space()}${args}${comma}${this.#space()})\n`;
    const body = `def ${phase}(test):\n    test.measurements.x = 1  # in_range(3, 4)\n\n`;
    const way = this.#random();
    if (way < 0.08) {
      const title = `Phase ${phase}`;
      return { name: title, text: `@htf.PhaseOptions(name=${this.#quoted(title)})\n${decorator}${body}`, measurements };
    }
    if (way < 0.16) {
      const variable = `decorator_${phase}`;
      return { name: phase, text: `${variable} = ${decorator.slice(1)}@${variable}\n${body}`, measurements };
    }
    const refused = measurements.map((each) => ({ ...each, editable: false }));
    if (way < 0.21) {
      const inLoop = `${decorator}${body}`.trimEnd().replace(/^@|^def |^ {4}test/gm, (text) => `    ${text}`);
      return { name: phase, text: `for _ in range(2):\n${inLoop}\n\n`, measurements: refused };
    }
    if (way < 0.26) {
      const variable = `decorator_${phase}`;
      const second = `@${variable}\ndef other_${phase}(test):\n    pass\n`;
      return {
        name: phase,
        text: `${variable} = ${decorator.slice(1)}@${variable}\n${body}${second}`,
        measurements: refused,
      };
    }
    if (way < 0.3) {
      const template = `${this.#name()}_`;
      const declared = `@htf.measures(htf.Measurement(${this.#quoted(`${template}{rail}`)}).in_range(1, 2))\n`;
      const text = `${declared}${body}${phase}_5 = ${phase}.with_args(rail="5")\n`;
      const expected: Expected = (before) => before;
      return { name: phase, text, measurements: [{ name: `${template}5`, expected, editable: false }] };
    }
    return { name: phase, text: decorator + body, measurements };
  }

  #declaration(): Required<Declared> {
    const name = this.#name();
    const declared = this.#anyDeclaration(name);
    if (!/^[\w.]+\(/.test(declared.text) || !this.#chance(0.12)) return { name, ...declared };
    // Comments and line breaks of the chain need brackets around them.
    this.#mayBreak = false;
    const { text, ...rest } = this.#anyDeclaration(name);
    this.#mayBreak = true;
    if (!/^[\w.]+\(/.test(text)) return { name, text, ...rest };
    this.#constants.push(`${name} = ${text}`);
    return { name, text: name, ...rest };
  }

  #anyDeclaration(name: string): Declared {
    const start = `${this.#measurement}(${this.#inside(this.#quoted(name))})`;
    const way = this.#random();
    if (way < 0.1) return { text: this.#quoted(name), isEditable: true, expected: ranged([null, null]) };
    if (way < 0.2) return { text: this.#chain(start), isEditable: true, expected: ranged([null, null]) };
    if (way < 0.28) {
      const [center, percent] = [this.#pick(['5', '3.3', '-2', '1e3']), this.#pick(['5', '0.5', '10'])];
      const named = this.#chance(0.3) ? [`expected=${center}`, `percent=${percent}`] : [center, percent];
      const text = this.#chain(start, `within_percent(${named.join(', ')})`);
      return { text, isEditable: true, expected: ranged([null, null]) };
    }
    if (way < 0.45) return { ...this.#refusedChain(start), expected: (before) => before };
    if (way < 0.55) return this.#marginalChain(start);
    return this.#rangeChain(start);
  }

  #rangeChain(start: string): Declared {
    const [first, second] = this.#ordered();
    const way = this.#random();
    const lower = this.#maybeConstant(first);
    const upper = this.#maybeConstant(second);
    const forms = [
      [lower, upper],
      [lower, `maximum=${upper}`],
      [`maximum=${upper}`, `minimum=${lower}`],
      [`minimum = ${lower}`, `maximum = ${upper}`],
      [lower],
      [`maximum=${upper}`],
      [`None`, upper],
      [`minimum=${lower}`, 'maximum=None'],
    ];
    const args = [...this.#pick(forms)];
    const hasType = way < 0.15;
    const converter = this.#pick(['float', 'int', 'None']);
    if (hasType) args.push(`type=${converter}`);
    const text = this.#chain(start, this.#call('in_range', args));
    const isEditable: Declared['isEditable'] =
      !hasType || converter === 'None'
        ? true
        : converter === 'int'
          ? false
          : (wanted) => wanted.lower !== null && wanted.upper !== null;
    return { text, isEditable, expected: ranged([null, null]) };
  }

  #marginalChain(start: string): Declared {
    const args = this.#pick([
      ['-100', '100', '-5', '5'],
      ['-100', '100', 'marginal_maximum=5', 'marginal_minimum=-5'],
    ]);
    return {
      text: this.#chain(start, this.#call('in_range', args)),
      isEditable: ({ lower, upper }) => lower !== null && upper !== null && lower <= -5 && upper >= 5,
      expected: ranged([-5, 5]),
    };
  }

  #refusedChain(start: string): Omit<Declared, 'expected'> {
    const shared = `S${this.#name()}`;
    const text = this.#pick([
      () => this.#chain(start, 'equals(3)'),
      () => this.#chain(start, 'matches_regex("in_range")'),
      () => this.#chain(start, 'with_validator(lambda value: value > 1)'),
      () => this.#chain(start, 'in_range(1, 2)', 'in_range(0, 3)'),
      () => this.#chain(start, 'in_range(1 * 1, 2 + 3)'),
      () => this.#chain(start, 'in_range(*[1, 2])'),
      () => this.#chain(start, 'in_range(**{"minimum": 1})'),
      () => this.#chain(start, 'in_range(min(1, 2), max(3, 4))'),
      () => this.#chain(start, 'in_range("1", "2", type=float)'),
      () => this.#chain(start, 'in_range(1, 2).with_args(a=1)'),
      () => {
        this.#constants.push(`${shared} = 3`, `${shared}_OTHER = ${shared} * 2`);
        return this.#chain(start, `in_range(${shared}, ${shared} + 1)`);
      },
      () => {
        this.#constants.push(`${shared} = 3`, `${shared} = 4`);
        return this.#chain(start, `in_range(minimum=${shared})`);
      },
      () => {
        this.#constants.push(`class ${shared}:`, '    LOW = 3');
        return this.#chain(start, `in_range(${shared}.LOW, 9)`);
      },
    ])();
    return { text, isEditable: false };
  }

  #plainPhase(): {
    name: string;
    text: string;
    measurements: { name: string; expected: Expected; editable: Declared['isEditable'] }[];
  } {
    const phase = `phase_${this.#name()}`;
    const list = Array.from({ length: 1 + this.#below(4) }, () => {
      const name = this.#name();
      return { name, ...this.#dictionary(name) };
    });
    const dictionaries = list.map(({ text }) => text).join(`${this.#space()},${this.#space()}`);
    const text = `def ${phase}():\n    return {"name": "${phase}", "outcome": "PASS", "measurements": [${this.#space()}${dictionaries}]}\n\n`;
    const measurements = list.map(({ name, expected, isEditable }) => ({ name, expected, editable: isEditable }));
    return { name: phase, text, measurements };
  }

  #dictionary(name: string): Declared {
    const [first, second] = this.#ordered();
    const [lower, upper] = [this.#maybeConstant(first), this.#maybeConstant(second)];
    const own = [`"name": ${this.#quoted(name)}`, '"measured_value": 3.3', "'units': 'V'"];
    const way = this.#random();
    if (way < 0.5) {
      const limits = this.#pick([
        [`"lower_limit": ${lower}`, `"upper_limit": ${upper}`],
        [`'upper_limit': ${upper}`],
        [`"lower_limit": None`, `"upper_limit" : ${upper}`],
        [],
      ]);
      return { text: this.#braces([...own, ...limits]), isEditable: true, expected: withFields };
    }
    if (way < 0.75) {
      const validators = this.#pick([
        [`{"operator": ">=", "expected_value": ${lower}}`, `{"operator": "<=", "expected_value": ${upper}}`],
        [`{'expected_value': [${lower}, ${upper}], "operator": "range"}`],
      ]);
      const [{ length }] = [validators];
      const text = this.#braces([...own, `"validators": [${validators.join(`,${this.#space()}`)}${this.#space()}]`]);
      const isEditable: Declared['isEditable'] =
        length === 1 ? true : (wanted) => wanted.lower !== null && wanted.upper !== null;
      return { text, isEditable, expected: withValidators };
    }
    const refused = this.#pick([
      ['"lower_limit": 1 + 1'],
      ['"lower_limit": 1', '"validators": [{"operator": "<=", "expected_value": 4}]'],
      ['"validators": [{"operator": "==", "expected_value": 4}]'],
      ['"validators": [{"operator": ">", "expected_value": 4}]'],
      ['**{"comment": 1}'],
      ['"lower_limit": 1', '"lower_limit": 2'],
    ]);
    return { text: this.#braces([...own, ...refused]), isEditable: false, expected: (before) => before };
  }

  #braces(entries: readonly string[]): string {
    const comma = this.#chance(0.4) ? ',' : '';
    return `{${this.#space()}${entries.join(`${this.#space()},${this.#space()}`)}${comma}${this.#space()}}`;
  }

  /** Returns a call chain with units and a docstring at random places. */
  #chain(start: string, ...calls: string[]): string {
    const links = [...calls];
    if (this.#chance(0.4)) links.splice(this.#below(links.length + 1), 0, `doc(${this.#quoted('in_range(1, 2)')})`);
    if (this.#chance(0.4)) links.splice(this.#below(links.length + 1), 0, `with_units(${this.#quoted('V')})`);
    return start + links.map((link) => `${this.#space()}.${link}`).join('');
  }

  #call(method: string, args: readonly string[]): string {
    const inner = args.map((arg) => this.#inside(arg)).join(',');
    return `${method}(${inner}${this.#chance(0.2) ? `,${this.#space()}` : ''})`;
  }

  readonly #inside = (text: string): string => this.#space() + text + this.#space();

  #maybeConstant(number: string): string {
    if (!this.#chance(0.2)) return number;
    const name = `L${this.#name()}`;
    this.#constants.push(`${name}${this.#pick(['', ': float'])} = ${number}  # ${name} is a limit`);
    return name;
  }

  #ordered(): [string, string] {
    return [
      this.#pick(['1', '-3.5', '.5', '+1', '0', '(1)', '1e-3', '- 2', '0x1']),
      this.#pick(['4', '5.50', '1_0', '0x10', '1e2', '((7))', '20.0']),
    ];
  }

  #limits(): SpecLimits {
    const numbers = [-7, 0, 1e-7, 3.3, 2.5, -0.1, 1e21, 123456789012345680000, 9007199254740994, 12.345, 1 / 3, -20, 8];
    const [lower = 0, upper = 0] = [this.#pick(numbers), this.#pick(numbers)].sort((a, b) => a - b);
    const way = this.#random();
    return { lower: way < 0.1 ? null : lower, upper: way > 0.9 ? null : upper };
  }

  #space(): string {
    if (!this.#mayBreak) return '';
    const way = this.#random();
    if (way < 0.6) return way < 0.3 ? '' : ' ';
    if (way < 0.85) return '\n        ';
    this.#comments += 1;
    return `  # comment ${this.#comments}, "m1").in_range(1, 2)\n        `;
  }

  #quoted(text: string): string {
    const quote = this.#pick(['"', "'", '"""']);
    return quote + text + quote;
  }

  #name(): string {
    this.#names += 1;
    return `m${this.#names}`;
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#below(items.length)];
    if (item === undefined) throw new Error('nothing to pick');
    return item;
  }
}

const list = z.array(z.unknown());

const ranged =
  (marginal: readonly [number | null, number | null]): Expected =>
  (before, { lower, upper }) => [list.parse(before)[0], [[lower, upper, ...marginal]]];

const dictionary = z.record(z.string(), z.unknown());

const withList = z.looseObject({ validators: z.array(z.unknown()) });

function withFields(before: unknown, { lower, upper }: SpecLimits): unknown {
  const fields = dictionary.parse(before);
  const added = Object.entries({ lower_limit: lower, upper_limit: upper });
  return { ...fields, ...Object.fromEntries(added.filter(([key, value]) => value !== null || key in fields)) };
}

function withValidators(before: unknown, { lower, upper }: SpecLimits): unknown {
  const fields = withList.parse(before);
  const sides = [
    { operator: '>=', expected_value: lower },
    { operator: '<=', expected_value: upper },
  ];
  const range = [{ operator: 'range', expected_value: [lower, upper] }];
  return { ...fields, validators: fields.validators.length === 1 ? range : sides };
}
