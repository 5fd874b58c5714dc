import type { ChangeTail } from './changeTail.ts';
import { OpenStreams } from './openStreams.ts';

const maxStreams = 500;

export class EventStreams extends OpenStreams {
  readonly tail: ChangeTail;

  constructor(tail: ChangeTail) {
    super('event streams', maxStreams);
    this.tail = tail;
    tail.onChange(() => this.notify());
  }
}
