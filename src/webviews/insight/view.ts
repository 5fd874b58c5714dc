import type { Chosen } from './host.ts';

export interface View {
  readonly chosen: Chosen;
  save(change: Partial<Chosen>): void;
  ask(change: Partial<Pick<Chosen, 'days' | 'split_by' | 'group'>>): void;
}
