import Mocha from 'mocha';

/**
 * Skips the running test, or the suite of the running hook, and says why at the end of "npm test".
 * @param context `this` of the test or hook
 */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable();
  Object.assign(runnable instanceof Mocha.Hook && runnable.parent ? runnable.parent : runnable, { skipReason: reason });
  return context.skip();
}
