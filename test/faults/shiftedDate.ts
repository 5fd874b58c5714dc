// Preloaded into a server (`--import`): its time of day is ahead by the milliseconds that the file SHIFT_FILE says, at each
// look. The monotonic clock and timers go on as ever, as when somebody sets the clock of a machine.
import { readFileSync } from 'node:fs';

const file = process.env['SHIFT_FILE'] ?? '';
const shifted = (now: () => number) => () => now() + Number(readFileSync(file, 'utf8'));
const now = shifted(Date.now.bind(Date));

globalThis.Date = new Proxy(Date, {
  construct: (target, given: unknown[], made) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, made) as Date,
  get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
});
