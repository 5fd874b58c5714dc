// The tests of faults with more rounds than "npm test" has time for. What they print as seed and rounds can be given again.
process.env.KILL_ROUNDS ??= '300';
process.env.FIGHT_ROUNDS ??= '30';
process.env.NETWORK_ROUNDS ??= '30';
process.env.SCRIPT_ROUNDS ??= '100';
process.env.MIGRATE_ROUNDS ??= '100';
process.env.CLOCK_ROUNDS ??= '100';
process.argv.splice(2, 0, 'faults');
await import('./test.mjs');
