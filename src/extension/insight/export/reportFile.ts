import { createHash } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Run } from '../../../shared/contract/runs.ts';
import { type AttachedFile, runHtml, type RunHtmlInput } from '../../../shared/export/runHtml.ts';
import { imageType } from '../../../shared/format/images.ts';
import { reportOf } from '../../../shared/run/report.ts';
import type { ExportableRun } from './exportableRun.ts';

/** Larger attachments are listed without their hash: they would have to be downloaded. */
const maxHashedBytes = 50_000_000;
const maxImageBytes = 5_000_000;

export async function reportFile(
  exported: ExportableRun,
  report: (message: string) => void,
  token: vscode.CancellationToken,
  paper?: RunHtmlInput['paper'],
): Promise<string> {
  const { run } = exported;
  const files = new Map<string, AttachedFile>();
  for (const attachment of run.attachments) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    report(attachment.name);
    files.set(attachment.id, await attachedFile(exported, attachment));
  }
  l10n.config({ contents: vscode.l10n.bundle ?? {} });
  const measurements = run.phases.flatMap((phase) => phase.measurements);
  return runHtml({
    run: reportOf(run),
    curves: new Map(
      measurements.flatMap(({ id, data_series: series }) =>
        series === undefined ? [] : [[id, series.map(({ data }) => data.map(Number))]],
      ),
    ),
    files,
    language: vscode.env.language,
    exportedAt: new Date(),
    ...(paper === undefined ? {} : { paper }),
  });
}

async function attachedFile({ content }: ExportableRun, attachment: Run['attachments'][number]): Promise<AttachedFile> {
  if (attachment.size === null || attachment.size > maxHashedBytes)
    return { sha256: null, image: null, isMissing: false };
  const bytes = await content(attachment).catch(() => undefined); // The report says so.
  if (bytes === undefined) return { sha256: null, image: null, isMissing: true };
  const type = imageType(attachment);
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    image:
      type === null || bytes.length > maxImageBytes
        ? null
        : `data:${type};base64,${Buffer.from(bytes).toString('base64')}`,
    isMissing: false,
  };
}
