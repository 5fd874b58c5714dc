import type { LinkedProcedure, StationListItem } from '../contract/stations.ts';

export interface StationNode {
  readonly kind: 'station';
  station: StationListItem;
}

export interface ProcedureNode {
  readonly kind: 'procedure';
  readonly station: StationListItem;
  readonly procedure: LinkedProcedure;
}

export type Node = StationNode | ProcedureNode;

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  (value.kind === 'station' || value.kind === 'procedure');
