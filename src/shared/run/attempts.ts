interface Attempt {
  readonly name: string;
  readonly retry_count: number;
}

/** Returns the phases without the attempts that were retried. A phase that is called again is no retry. @param phases in order */
export function lastAttempts<Phase extends Attempt>(phases: readonly Phase[]): Phase[] {
  const last: Phase[] = [];
  for (const phase of phases) {
    const before = phase.retry_count > 0 ? last.findLastIndex(({ name }) => name === phase.name) : -1;
    if (before >= 0) last.splice(before, 1);
    last.push(phase);
  }
  return last;
}
