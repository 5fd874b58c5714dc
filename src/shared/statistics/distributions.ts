import { incompleteBeta, incompleteGamma, logGamma } from './specialFunctions.ts';

/** Returns the share of a standard normal distribution below z, exact in both tails. */
export function normalCdf(z: number): number {
  const beyond = incompleteGamma(0.5, (z * z) / 2).upper / 2;
  return z < 0 ? beyond : 1 - beyond;
}

/** The coefficients of Wichura's AS 241 (PPND16), from the constant term up. */
const central = {
  numerator: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  denominator: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852546,
  ],
};
const near = {
  numerator: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  denominator: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};
const far = {
  numerator: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  denominator: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

const ratio = ({ numerator, denominator }: typeof central, x: number): number =>
  polynomial(numerator, x) / polynomial(denominator, x);

/** Returns the z below which the given share of a standard normal distribution lies (Wichura 1988, AS 241). */
export function normalQuantile(share: number): number {
  checkOpenShare(share);
  const offset = share - 0.5;
  if (Math.abs(offset) <= 0.425) return offset * ratio(central, 0.180625 - offset * offset);
  const r = Math.sqrt(-Math.log(Math.min(share, 1 - share)));
  return Math.sign(offset) * (r <= 5 ? ratio(near, r - 1.6) : ratio(far, r - 5));
}

export const chiSquareCdf = (x: number, degrees: number): number => incompleteGamma(degrees / 2, x / 2).lower;

/** Returns the x below which the given share of a chi-square distribution lies: Wilson and Hilferty's start, then Newton. */
export function chiSquareQuantile(share: number, degrees: number): number {
  const start = 1 - 2 / (9 * degrees) + normalQuantile(share) * Math.sqrt(2 / (9 * degrees));
  let x = degrees * Math.max(start, 0.01) ** 3;
  let low = 0;
  let high = Infinity;
  for (let round = 0; round < 200; round += 1) {
    const tooMuch = chiSquareCdf(x, degrees) - share;
    if (tooMuch > 0) high = x;
    else low = x;
    const density = Math.exp((degrees / 2 - 1) * Math.log(x / 2) - x / 2 - logGamma(degrees / 2)) / 2;
    const newton = x - tooMuch / density;
    const next = newton > low && newton < high ? newton : (low + Math.min(high, 2 * x + 1)) / 2;
    if (Math.abs(next - x) <= 1e-14 * x) return next;
    x = next;
  }
  return x;
}

/** Returns the probability of an F above the given one, exact in the tail. */
export const fUpperTail = (f: number, degrees1: number, degrees2: number): number =>
  incompleteBeta(degrees2 / (degrees2 + degrees1 * f), degrees2 / 2, degrees1 / 2);

function checkOpenShare(share: number): void {
  if (!(share > 0 && share < 1)) throw new RangeError(`A quantile needs a share between 0 and 1, not ${share}.`);
}
