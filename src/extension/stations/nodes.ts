import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import type { LinkedProcedure } from '../../shared/contract/stations.ts';
import type { StationItem, StationKey, Week } from '../connection/stationSource.ts';

export interface GroupNode {
  readonly kind: 'group';
  readonly group: string;
  readonly isFiltered: boolean;
}

export interface StationNode {
  readonly kind: 'station';
  station: StationItem;
}

export interface ProcedureNode {
  readonly kind: 'procedure';
  readonly station: StationItem;
  readonly procedure: LinkedProcedure;
  readonly week: Week | undefined;
  readonly check: GoldenCheck | undefined;
}

export interface GoldenNode {
  readonly kind: 'golden';
  readonly station: StationItem;
  readonly parent: ProcedureNode;
  readonly check: GoldenCheck;
  /** The run that decided, as the commands for runs expect it. */
  readonly run: { readonly id: string; readonly unit: { readonly serial_number: string } } | undefined;
}

export interface KeyNode {
  readonly kind: 'key';
  readonly station: StationItem;
  readonly key: StationKey | null;
}

export type Node = GroupNode | StationNode | ProcedureNode | GoldenNode | KeyNode;

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'group' ||
    value.kind === 'station' ||
    value.kind === 'procedure' ||
    value.kind === 'golden' ||
    value.kind === 'key');
