import type { AnalyticsSplit } from '../../shared/contract/analytics.ts';
import type { InsightQuestion } from '../../shared/contract/insightView.ts';

const dayMs = 86_400_000;

const groupFilters = {
  station: 'station_ids',
  revision: 'revision_ids',
  version: 'procedure_version_ids',
  batch: 'batch_ids',
  operator: 'operators',
  shift: 'shifts',
  slot: 'slots',
} as const satisfies Record<AnalyticsSplit, string>;

export const rangeQuery = ({ days }: Pick<InsightQuestion, 'days'>): { started_after?: string } =>
  days === null ? {} : { started_after: new Date(Date.now() - (days - 1) * dayMs).toISOString() };

export const groupQuery = ({ split_by, group }: Pick<InsightQuestion, 'split_by' | 'group'>) =>
  group === null ? {} : { [groupFilters[split_by]]: [group] };
