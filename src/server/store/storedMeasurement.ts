import type { MeasurementType } from '../../shared/contract/common.ts';
import { comparable } from '../../shared/contract/exactJson.ts';
import type { NewMeasurement } from '../../shared/run/newRun.ts';
import { storedValidators } from './storedValidators.ts';

/** See `sqlite/schema/measurementsSchema.ts`. The value is last, so that it takes no space if nothing was measured. */
export const storedMeasurement = (m: NewMeasurement): unknown[] => [
  m.name,
  m.outcome,
  typeOf(m),
  m.units,
  m.docstring,
  storedValidators(m.validators),
  m.aggregations,
  ...(m.measuredValue === undefined ? [] : [m.measuredValue]),
];

function typeOf({ measuredValue: value, series }: NewMeasurement): MeasurementType {
  if (series !== null) return 'multidimensional';
  if (value === undefined || value === null) return 'empty';
  if (comparable(value) !== null) return 'numeric';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  const isTable = Array.isArray(value) && value.length > 0 && value.every((row) => Array.isArray(row));
  return isTable ? 'multidimensional' : 'json';
}
