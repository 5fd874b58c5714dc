import type { LinkedProcedure } from '../../shared/contract/stations.ts';
import type { StationItem, StationKey, Week } from '../connection/stationSource.ts';

export interface StationNode {
  readonly kind: 'station';
  station: StationItem;
}

export interface ProcedureNode {
  readonly kind: 'procedure';
  readonly station: StationItem;
  readonly procedure: LinkedProcedure;
  readonly week: Week | undefined;
}

export interface KeyNode {
  readonly kind: 'key';
  readonly station: StationItem;
  readonly key: StationKey | null;
}

export type Node = StationNode | ProcedureNode | KeyNode;

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'station' || value.kind === 'procedure' || value.kind === 'key');
