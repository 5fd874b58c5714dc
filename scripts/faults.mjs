// The tests of faults with more rounds than "npm test" has time for. What they print as seed and rounds can be given again.
process.env.KILL_ROUNDS ??= '300';
process.env.FIGHT_ROUNDS ??= '30';
process.env.NETWORK_ROUNDS ??= '20';
process.env.SCRIPT_ROUNDS ??= '60';
process.env.MIGRATE_ROUNDS ??= '60';
process.env.CLOCK_ROUNDS ??= '50';
process.env.HOST_ROUNDS ??= '20';
process.argv.splice(2, 0, 'faults', 'test/e2e/outboxKill.test.ts');
await import('./test.mjs');
