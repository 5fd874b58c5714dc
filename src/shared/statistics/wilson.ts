import type { Interval } from './answers.ts';
import { normalQuantile } from './distributions.ts';

export type ShareAnswer = { readonly kind: 'noData' } | ({ readonly kind: 'share'; readonly share: number } & Interval);

/** Returns a share, from 0 to 1, with its Wilson interval (NIST e-Handbook 7.2.4.1). */
export function wilsonInterval(count: number, total: number, confidence = 0.95): ShareAnswer {
  if (total === 0) return { kind: 'noData' };
  if (!(count >= 0 && count <= total)) throw new RangeError(`${count} of ${total} is no share.`);
  const share = count / total;
  const z = normalQuantile((1 + confidence) / 2);
  const scale = 1 + (z * z) / total;
  const center = (share + (z * z) / (2 * total)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))) / scale;
  return {
    kind: 'share',
    share,
    // Rounding would leave the ends beside 0 and 1.
    lower: count === 0 ? 0 : Math.max(0, center - half),
    upper: count === total ? 1 : Math.min(1, center + half),
  };
}
