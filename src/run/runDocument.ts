import * as vscode from 'vscode';
import * as z from 'zod';
import type { Connection } from '../connection/connection.ts';
import { type Run, runs } from '../contract/runs.ts';

const scheme = 'test-stations-run';

/** Runs as read-only text: `test-stations-run:/SN-0001.txt?<run id>`. */
export class RunDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #connection: Connection;
  readonly #registration: vscode.Disposable;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async open(id: unknown): Promise<void> {
    const run = await this.#connection.call(runs.get, { params: { id: z.uuid().parse(id) } });
    const path = `/${run.unit.serial_number.replaceAll('/', '_')} ${run.outcome}.txt`;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path, query: run.id }));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return asText(await this.#connection.call(runs.get, { params: { id: uri.query } }));
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function asText(run: Run): string {
  const head: [string, string][] = [
    ['Outcome', run.outcome],
    ['Serial number', run.unit.serial_number],
    ['Part', `${run.unit.part.number} revision ${run.unit.part.revision.number}`],
    ['Procedure', run.procedure.name],
    ['Station', run.created_by_station?.name ?? '-'],
    ['Started', new Date(run.started_at).toLocaleString()],
    ['Ended', new Date(run.ended_at).toLocaleString()],
    ['Run id', run.id],
  ];
  const phases = run.phases.flatMap((phase) => [
    `  ${phase.outcome.padEnd(5)} ${phase.name}${phase.retry_count > 0 ? ` (attempt ${phase.retry_count + 1})` : ''}  ${seconds(phase)}`,
    ...phase.measurements.map((each) => `        ${each.outcome.padEnd(5)} ${measurementText(each)}`),
  ]);
  return [
    ...head.map(([label, value]) => `${`${label}:`.padEnd(15)} ${value}`),
    '',
    'Phases',
    ...(phases.length > 0 ? phases : ['  none']),
    ...(run.attachments.length > 0 ? ['', 'Attachments', ...run.attachments.map(({ name }) => `  ${name}`)] : []),
    '',
  ].join('\n');
}

type Phase = Run['phases'][number];

function seconds({ started_at, ended_at }: Phase): string {
  return `${((Date.parse(ended_at) - Date.parse(started_at)) / 1000).toFixed(2)} s`;
}

function measurementText({
  name,
  measured_value: value,
  units,
  validators,
  data_series: series,
}: Phase['measurements'][number]): string {
  const shown = series === undefined ? JSON.stringify(value ?? null) : `${series[0]?.data.length ?? 0} points`;
  const limits = (validators ?? []).map(({ expression }) => expression).join(' and ');
  return [name, '=', shown, units ?? '', limits === '' ? '' : `(${limits})`].filter((part) => part !== '').join(' ');
}
