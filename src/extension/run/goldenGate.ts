import * as vscode from 'vscode';
import { type GoldenCheck, goldenChecks } from '../../shared/contract/goldenChecks.ts';
import { type UnitListItem, units } from '../../shared/contract/units.ts';
import { ago } from '../../shared/format/ago.ts';
import { gateDecision } from '../../shared/golden/gateDecision.ts';
import { checkAt } from '../../shared/golden/goldenState.ts';
import { hasIdOrIdentifier } from '../../shared/run/procedureChoice.ts';
import type { Connection } from '../connection/connection.ts';
import { checkAdvice, checkSentence } from '../connection/goldenWords.ts';
import type { StationName, StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import { plainLabel, showWarning } from '../vscode/messages.ts';
import { pickOne } from '../vscode/pick.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';

export interface ChosenSample {
  readonly serialNumber: string;
  readonly partNumber: string;
}

interface KnownChecks {
  readonly checks: readonly GoldenCheck[];
  /** Set if the server did not answer: when the checks were loaded, in milliseconds since 1970. */
  readonly loadedAt: number | undefined;
}

interface Gate {
  readonly connection: Connection;
  readonly store: StationStore;
  readonly log: Log;
  readonly station: StationName;
  readonly procedures: readonly string[];
  readonly serialNumber: string | undefined;
  /** Whether an operator started the run, who does not see this window. */
  readonly isOperated: boolean;
}

/**
 * Lets a script start, or not, by the golden unit checks of its station. A server that does not answer never blocks a
 * run.
 * @returns the sample to run instead, if the user chose that
 * @throws UserError when an operator's run is refused
 */
export async function passGoldenGate(gate: Gate): Promise<ChosenSample | undefined> {
  const { connection, station, serialNumber, isOperated } = gate;
  const { checks, loadedAt } = await knownChecks(gate);
  const check = checks.find(
    ({ procedure, state }) =>
      state.kind !== 'valid' && gate.procedures.some((name) => hasIdOrIdentifier(procedure, name)),
  );
  if (check === undefined) return undefined;
  const decision = gateDecision({
    state: check.state.kind,
    without: check.rule.without,
    isSample: serialNumber !== undefined && (await isSample(gate, serialNumber)),
    isOperated,
    isCurrent: loadedAt === undefined,
  });
  if (decision === 'start') return undefined;
  const message = checkSentence(check, station.name);
  if (decision === 'refuse') throw new UserError(`${message} ${checkAdvice(check)}`);
  const runSample = vscode.l10n.t('Run Golden Unit First');
  const runAnyway = vscode.l10n.t('Run Anyway');
  const detail = [
    checkAdvice(check),
    decision === 'sampleOnly' ? vscode.l10n.t('Other units are not tested on this station until then.') : '',
    loadedAt === undefined ? '' : lastKnown(connection, loadedAt),
  ].filter(Boolean);
  const buttons = decision === 'sampleOnly' ? [runSample] : [runSample, runAnyway];
  const answer = await showWarning(message, { modal: true, detail: detail.join(' ') }, ...buttons);
  if (answer === runAnyway) return undefined;
  if (answer !== runSample) throw new vscode.CancellationError();
  return pickSample(connection, check, station);
}

const lastKnown = (connection: Connection, loadedAt: number): string =>
  vscode.l10n.t(
    '{0} does not answer; this was known {1}.',
    connection.serverName,
    ago(new Date(loadedAt).toISOString(), Date.now(), vscode.env.language),
  );

async function knownChecks({ connection, store, log, station: { id } }: Gate): Promise<KnownChecks> {
  try {
    if (!(await connection.can('golden-checks'))) return { checks: [], loadedAt: undefined };
    const { checks } = await connection.call(goldenChecks.ofStation, { params: { id } });
    return { checks, loadedAt: undefined };
  } catch (error) {
    log.warn(`golden unit checks: ${String(error)}`);
    const known = store.details(id);
    if (known === undefined) return { checks: [], loadedAt: undefined };
    const now = Date.now();
    return { checks: known.goldenChecks.map((check) => checkAt(check, now)), loadedAt: store.loadedAt(id) ?? now };
  }
}

async function isSample({ connection, log }: Gate, serial_number: string): Promise<boolean> {
  try {
    const { sample } = await connection.call(units.get, { params: { serial_number } });
    return sample === 'golden' || sample === 'failing';
  } catch (error) {
    // A unit that is not known, or a server that does not answer.
    log.debug(`golden unit check of ${serial_number}: ${String(error)}`);
    return false;
  }
}

async function pickSample(connection: Connection, check: GoldenCheck, station: StationName): Promise<ChosenSample> {
  const wanted =
    check.state.kind === 'failed' ? [check.state.run.sample] : check.state.kind === 'valid' ? [] : check.state.missing;
  const found = await samplesOf(connection, check.procedure.id);
  const isWanted = ({ sample }: UnitListItem): boolean => wanted.some((each) => each === sample);
  const items = [...found.filter(isWanted), ...found.filter((unit) => !isWanted(unit))].map((unit) => ({
    label: plainLabel(unit.serial_number),
    description: unit.sample === 'golden' ? vscode.l10n.t('golden unit') : vscode.l10n.t('failing sample'),
    detail: plainLabel(unit.part.number),
    unit,
  }));
  if (items.length === 0) {
    throw new UserError(
      vscode.l10n.t('No unit is marked as golden unit or failing sample. Mark one that was tested before.'),
      [commandRemedy(vscode.l10n.t('Mark Unit…'), 'markUnit')],
    );
  }
  const { unit } = await pickOne(items, {
    title: vscode.l10n.t('Golden unit check on {0}', station.name),
    placeHolder: vscode.l10n.t('Connect the unit, then scan or choose its serial number'),
    ignoreFocusOut: true,
  });
  return { serialNumber: unit.serial_number, partNumber: unit.part.number };
}

/** Returns the samples that the procedure has tested, or else all samples: a new golden unit may have no run yet. */
async function samplesOf(connection: Connection, procedure: string): Promise<UnitListItem[]> {
  const query = { samples: ['golden', 'failing'], sort_by: 'last_run_at', limit: 50 } as const;
  const tested = await connection.call(units.list, {
    query: { ...query, samples: [...query.samples], procedure_ids: [procedure] },
  });
  if (tested.data.length > 0) return tested.data;
  return (await connection.call(units.list, { query: { ...query, samples: [...query.samples] } })).data;
}
