import { type ShareAnswer, wilsonInterval } from './wilson.ts';

export interface AttributeCall {
  readonly part: string;
  readonly operator: string;
  readonly passed: boolean;
}

export interface OperatorAgreement {
  readonly operator: string;
  /**
   * Parts on which all calls of the operator are the same; no data with a single call of each. The effectiveness is of parts on
   * which all calls are right, and should be at least 90 %. Of bad parts at most 2 % should pass, and of good parts at most 5 %
   * should fail. Kappa is that of the calls with the reference; null if undefined.
   */
  readonly within: ShareAnswer;
  readonly effectiveness: ShareAnswer;
  readonly missRate: ShareAnswer;
  readonly falseAlarmRate: ShareAnswer;
  readonly kappa: number | null;
}

export interface AttributeAgreement {
  readonly operators: readonly OperatorAgreement[];
  /**
   * Parts on which all calls of all operators are the same; no data with one operator. Kappa is Fleiss's of all calls; null if
   * undefined or if parts were called unequally often.
   */
  readonly between: ShareAnswer;
  readonly kappa: number | null;
}

/** AIAG, Measurement Systems Analysis, 4th edition, attribute studies. @param reference whether a part is good, if known */
export function attributeAgreement(
  calls: readonly AttributeCall[],
  reference: ReadonlyMap<string, boolean>,
): AttributeAgreement {
  const byOperator = Map.groupBy(calls, ({ operator }) => operator);
  const byPart = [...Map.groupBy(calls, ({ part }) => part).values()];
  const counts = byPart.map((own) => {
    const passed = own.filter((call) => call.passed).length;
    return [passed, own.length - passed];
  });
  return {
    operators: [...byOperator].map(([operator, own]) => operatorAgreement(operator, own, reference)),
    between: byOperator.size < 2 ? { kind: 'noData' } : shareOf(byPart, areSame),
    kappa: fleissKappa(counts),
  };
}

function operatorAgreement(
  operator: string,
  calls: readonly AttributeCall[],
  reference: ReadonlyMap<string, boolean>,
): OperatorAgreement {
  const known = calls.filter(({ part }) => reference.has(part));
  const isGood = ({ part }: AttributeCall): boolean => reference.get(part) ?? false;
  const parts = [...Map.groupBy(calls, ({ part }) => part).values()];
  const knownParts = [...Map.groupBy(known, ({ part }) => part).values()];
  return {
    operator,
    within: shareOf(
      parts.filter(({ length }) => length > 1),
      areSame,
    ),
    effectiveness: shareOf(knownParts, (own) => own.every((call) => call.passed === isGood(call))),
    missRate: shareOf(
      known.filter((call) => !isGood(call)),
      ({ passed }) => passed,
    ),
    falseAlarmRate: shareOf(known.filter(isGood), ({ passed }) => !passed),
    kappa: cohenKappa(known.map((call) => [call.passed, isGood(call)])),
  };
}

const areSame = (calls: readonly AttributeCall[]): boolean => calls.every(({ passed }) => passed === calls[0]?.passed);

const shareOf = <Item>(items: readonly Item[], holds: (item: Item) => boolean): ShareAnswer =>
  wilsonInterval(items.filter(holds).length, items.length);

/** Returns Cohen's kappa of two raters (Cohen 1960); null if chance alone would explain full agreement. */
export function cohenKappa(pairs: readonly (readonly [boolean, boolean])[]): number | null {
  const share = (holds: (pair: readonly [boolean, boolean]) => boolean): number =>
    pairs.filter(holds).length / pairs.length;
  const passes = [share(([first]) => first), share(([, second]) => second)] as const;
  const expected = passes[0] * passes[1] + (1 - passes[0]) * (1 - passes[1]);
  return kappaOf(
    share(([first, second]) => first === second),
    expected,
  );
}

/** Returns Fleiss's kappa (Fleiss 1971); null if undefined. @param counts how many raters chose each category, by subject */
export function fleissKappa(counts: readonly (readonly number[])[]): number | null {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const raters = sum(counts[0] ?? []);
  if (raters < 2 || counts.some((subject) => sum(subject) !== raters)) return null;
  const pairs = counts.map((subject) => sum(subject.map((count) => count * (count - 1))));
  const observed = sum(pairs) / (counts.length * raters * (raters - 1));
  const categories = (counts[0] ?? []).map((_, category) => sum(counts.map((subject) => subject[category] ?? 0)));
  return kappaOf(observed, sum(categories.map((count) => (count / (counts.length * raters)) ** 2)));
}

function kappaOf(observed: number, expected: number): number | null {
  const kappa = (observed - expected) / (1 - expected);
  return Number.isFinite(kappa) ? kappa : null;
}
