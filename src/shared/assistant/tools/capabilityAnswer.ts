import * as z from 'zod';
import type { Capability, CapabilityIndex } from '../../contract/analytics.ts';

const index = z.object({
  value: z.number(),
  lower: z.number().describe('The lower end of the 95 % confidence interval.'),
  upper: z.number(),
});

export const capabilityAnswer = z.object({
  ppk: index.nullable().describe('Of all variation. TofuPilot calls it Cpk.'),
  cpk: index.nullable().describe('Of the variation from one value to the next.'),
  verdict: z.enum(['capable', 'not_capable', 'undecided']).nullable().describe('Whether Ppk is at least 1.33.'),
  sentence: z.string().describe('What may be said about the capability. Do not claim more.'),
});

export function capabilityAnswerOf(capability: Capability, isNumeric: boolean): z.input<typeof capabilityAnswer> {
  const sentence = sentenceOf(capability, isNumeric);
  if (!isNumeric || capability.kind !== 'capability') return { ppk: null, cpk: null, verdict: null, sentence };
  const { ppk, cpk, verdict } = capability;
  return { ppk: indexOf(ppk), cpk: cpk && indexOf(cpk), verdict, sentence };
}

const indexOf = ({ value, lower, upper }: CapabilityIndex) => ({ value, lower, upper });

const twoDecimals = (value: number): string => value.toFixed(2);

function sentenceOf(capability: Capability, isNumeric: boolean): string {
  if (!isNumeric) return 'There is no Ppk, because the values are not numbers.';
  switch (capability.kind) {
    case 'capability': {
      const { ppk, count, verdict, is_uncertain } = capability;
      const figures =
        `Ppk ${twoDecimals(ppk.value)} of ${count} values, with a 95 % confidence interval from ${twoDecimals(ppk.lower)} ` +
        `to ${twoDecimals(ppk.upper)}.`;
      const uncertain = is_uncertain ? ' With so few values, the interval is too wide to act on.' : '';
      return `${figures} ${verdictSentences[verdict]}${uncertain}`;
    }
    case 'too_few':
      return `Ppk needs ${capability.needed} values; there are ${capability.count}.`;
    case 'no_limits':
      return 'Without limits there is no Ppk.';
    case 'no_variation':
      return 'All values are equal, so that there is no Ppk.';
    case 'too_many_out_of_range':
      return `There is no Ppk, because ${capability.count} of ${capability.total} values are beyond the range of the instrument.`;
  }
}

const verdictSentences = {
  capable: 'It is at least 1.33.',
  not_capable: 'It is below 1.33.',
  undecided: 'Whether it is at least 1.33 is undecided.',
} as const;
