/**
 * Puts two curves over one x axis: the x values of both, and each curve at all of them, between its points on the straight
 * line that a plot would draw, and NaN outside of its own range.
 * @param left x first, then each y
 * @returns x, the left ys, the right ys; null if a curve is not ordered by x, or is empty
 */
export function overlayCurves(left: readonly Float64Array[], right: readonly Float64Array[]): Float64Array[] | null {
  const [leftX = new Float64Array(), ...leftYs] = left;
  const [rightX = new Float64Array(), ...rightYs] = right;
  if (leftX.length === 0 || rightX.length === 0 || !isOrdered(leftX) || !isOrdered(rightX)) return null;
  if (leftX.length === rightX.length && leftX.every((x, index) => x === rightX[index])) {
    return [leftX, ...leftYs, ...rightYs];
  }
  const x = Float64Array.from(new Set([...leftX, ...rightX])).sort();
  return [x, ...leftYs.map((y) => valuesAt(x, leftX, y)), ...rightYs.map((y) => valuesAt(x, rightX, y))];
}

/** Whether each x is greater than the one before: at a step, one x would have two values. */
const isOrdered = (x: Float64Array): boolean =>
  x.every((value, index) => index === 0 || value > (x[index - 1] ?? value));

function valuesAt(wanted: Float64Array, x: Float64Array, y: Float64Array): Float64Array {
  let next = 0;
  return wanted.map((at) => {
    while (next < x.length && (x[next] ?? at) < at) next += 1;
    const [after, before] = [x[next], x[next - 1]];
    if (after === at) return y[next] ?? NaN;
    if (after === undefined || before === undefined) return NaN;
    const share = (at - before) / (after - before);
    return (y[next - 1] ?? NaN) * (1 - share) + (y[next] ?? NaN) * share;
  });
}
