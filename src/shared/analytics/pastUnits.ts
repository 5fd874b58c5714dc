import type { LimitsStudy } from '../contract/limitsPage.ts';
import type { SpecLimits } from '../statistics/capability.ts';
import { changedVerdicts, digitsFor, newestOfUnits } from './limitsStudy.ts';

export interface PastUnit {
  readonly serialNumber: string;
  readonly value: number;
  readonly runId: string;
  readonly startedAt: number;
}

export class PastUnits {
  readonly digits: number;
  readonly #units: readonly PastUnit[];
  readonly #values: readonly number[];
  readonly #passed: readonly boolean[];

  constructor(study: Pick<LimitsStudy, 'values' | 'passed' | 'started_at' | 'run_ids' | 'serial_numbers'>) {
    const indexes = newestOfUnits(study.serial_numbers);
    this.digits = digitsFor(study.values);
    this.#values = indexes.map((index) => study.values[index] ?? NaN);
    this.#passed = indexes.map((index) => study.passed[index] === true);
    this.#units = indexes.map((index) => ({
      serialNumber: study.serial_numbers[index] ?? '',
      value: study.values[index] ?? NaN,
      runId: study.run_ids[index] ?? '',
      startedAt: study.started_at[index] ?? 0,
    }));
  }

  get count(): number {
    return this.#units.length;
  }

  changes(limits: SpecLimits): { toFail: PastUnit[]; toPass: PastUnit[] } {
    const { toFail, toPass } = changedVerdicts(this.#values, this.#passed, limits);
    const unitsAt = (indexes: readonly number[]): PastUnit[] =>
      indexes.toReversed().flatMap((index) => this.#units[index] ?? []);
    return { toFail: unitsAt(toFail), toPass: unitsAt(toPass) };
  }
}
