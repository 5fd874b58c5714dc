/** Lanczos's coefficients for g = 607/128 (Godfrey 2001), which are right to 15 digits. */
const lanczos = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5, 0.0001580887032249125, -0.00021026444172410488,
  0.00021743961811521265, -0.0001643181065367639, 8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
];

/** Close to what a double can tell apart from 1. */
const precision = 2e-16;
/** Keeps a continued fraction from dividing by zero. */
const tiny = 1e-300;
const mostTerms = 100_000;

export function logGamma(x: number): number {
  const [first = 0, ...others] = lanczos;
  const sum = others.reduce((total, coefficient, index) => total + coefficient / (x + index + 1), first);
  const shifted = x + 607 / 128 + 0.5;
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((Math.sqrt(2 * Math.PI) * sum) / x);
}

/** Returns the regularized incomplete gamma functions P and Q = 1 - P (NIST DLMF 8.7, 8.9). @param x from 0 on */
export function incompleteGamma(a: number, x: number): { lower: number; upper: number } {
  if (x === Infinity) return { lower: 1, upper: 0 };
  const factor = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < mostTerms && term > sum * precision; n += 1) {
      term *= x / (a + n);
      sum += term;
    }
    const lower = Math.min(1, factor * sum);
    return { lower, upper: 1 - lower };
  }
  const upper = Math.min(1, factor / continuedFraction(x + 1 - a, (n) => [n * (a - n), x + 2 * n + 1 - a]));
  return { lower: 1 - upper, upper };
}

/** Returns the regularized incomplete beta function I_x(a, b) (NIST DLMF 8.17). @param x from 0 to 1 */
export function incompleteBeta(x: number, a: number, b: number): number {
  // The continued fraction converges fast on this side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaFraction(1 - x, b, a);
  return betaFraction(x, a, b);
}

function betaFraction(x: number, a: number, b: number): number {
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  const factor = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a;
  const fraction = continuedFraction(1, (n) => {
    const m = Math.floor(n / 2);
    const numerator =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [numerator, 1];
  });
  return Math.min(1, factor / fraction);
}

/** Returns first + n1 / (d1 + n2 / (d2 + ...)) by Lentz's method. */
function continuedFraction(first: number, term: (n: number) => readonly [numerator: number, denominator: number]) {
  let value = first || tiny;
  let c = value;
  let d = 0;
  for (let n = 1; n < mostTerms; n += 1) {
    const [numerator, denominator] = term(n);
    d = 1 / (denominator + numerator * d || tiny);
    c = denominator + numerator / c || tiny;
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < precision * 2) break;
  }
  return value;
}
