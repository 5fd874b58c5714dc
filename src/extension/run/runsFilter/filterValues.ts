import * as vscode from 'vscode';
import { parts } from '../../../shared/contract/parts.ts';
import { runFilterValues } from '../../../shared/contract/runFilterValues.ts';
import { users } from '../../../shared/contract/users.ts';
import { nameBesideLabel, procedureLabel } from '../../../shared/run/procedureChoice.ts';
import type { Connection } from '../../connection/connection.ts';
import { listProcedures } from '../../connection/procedureLinks.ts';

export interface FilterValue {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export async function procedureValues(connection: Connection): Promise<FilterValue[]> {
  return (await listProcedures(connection)).map((procedure) => ({
    id: procedure.id,
    name: procedureLabel(procedure),
    description: nameBesideLabel(procedure),
  }));
}

/** Returns the newest parts. Others can be typed. */
export async function partValues(connection: Connection): Promise<FilterValue[]> {
  const { data } = await connection.call(parts.list, { query: { limit: 100 } });
  return data.map(({ number, name }) => ({ id: number, name: number, description: name === number ? '' : name }));
}

export async function operatorValues(connection: Connection): Promise<FilterValue[]> {
  if (await connection.can('run-filters')) {
    const { operators } = await connection.call(runFilterValues.list);
    return operators.map(({ id, name }) => ({ id, name, description: name === id ? '' : id }));
  }
  const found = await connection.call(users.list, { query: {} });
  return found.map(({ id, name, email }) => ({ id, name: name ?? email, description: name === null ? '' : email }));
}

export async function failedMeasurementValues(connection: Connection): Promise<FilterValue[]> {
  const { failed_measurements: names } = await connection.call(runFilterValues.list);
  return names.map(({ name, runs }) => ({
    id: name,
    name,
    description: vscode.l10n.t('{0} runs in the last 30 days', runs.toLocaleString(vscode.env.language)),
  }));
}
