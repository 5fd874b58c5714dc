import { describe, it, type Suite } from 'mocha';

/** `npm test` sets it. Tests that are named, by their file or part, always run. */
export const areSlowTestsLeftOut = process.env['TEST_SLOW'] === 'no';

/** A `describe` whose tests `npm test` leaves out, and `npm run test:full` runs. */
export function describeSlow(title: string, define: (this: Suite) => void): void {
  if (!areSlowTestsLeftOut) describe(title, define);
}

/** An `it` that `npm test` leaves out, and `npm run test:full` runs. The tests after it must not need what it changes. */
export function itSlow(title: string, test: () => Promise<void>): void {
  if (!areSlowTestsLeftOut) it(title, test);
}
