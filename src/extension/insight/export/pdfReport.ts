import { hostname } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { type Remedy, UserError } from '../../vscode/userError.ts';
import type { ExportableRun } from './exportableRun.ts';
import { findBrowser } from './findBrowser.ts';
import { printPdf, type PrintResult } from './printPdf.ts';
import { reportFile } from './reportFile.ts';

/** 2,000 measurements and 5,000 log lines, which are 196 pages, took 17 s on a machine with two busy cores. */
const printTimeoutMs = 120_000;

/** @param exportHtml what to do instead @throws UserError if there is none */
export async function installedBrowser(exportHtml: Remedy): Promise<string> {
  const browser = await findBrowser();
  if (browser !== undefined) return browser;
  throw new UserError(
    vscode.l10n.t(
      'The PDF was not written: neither Chrome nor Edge nor Chromium was found on {0}. Install one of them, or export the report as HTML.',
      hostname(),
    ),
    [exportHtml],
  );
}

/** @param exportHtml what to do instead @throws UserError */
export async function pdfReport(
  exported: ExportableRun,
  exportHtml: Remedy,
  report: (message: string) => void,
  token: vscode.CancellationToken,
): Promise<Uint8Array> {
  const browser = await installedBrowser(exportHtml);
  const html = await reportFile(exported, report, token, usualPaper());
  report(vscode.l10n.t('{0} prints', basename(browser)));
  const result = await print(browser, html, token);
  if (result.kind === 'printed') return result.pdf;
  throw new UserError(failureOf(browser, result), [exportHtml]);
}

/** VS Code's language does not say where the machine is. Most of America uses letter paper, everyone else A4. */
const usualPaper = (): 'A4' | 'letter' =>
  Intl.DateTimeFormat().resolvedOptions().timeZone.startsWith('America/') ? 'letter' : 'A4';

async function print(browser: string, html: string, token: vscode.CancellationToken): Promise<PrintResult> {
  const controller = new AbortController();
  const cancellation = token.onCancellationRequested(() => controller.abort());
  if (token.isCancellationRequested) controller.abort();
  try {
    return await printPdf(browser, html, { signal: controller.signal, timeoutMs: printTimeoutMs });
  } catch (error) {
    if (controller.signal.aborted) throw new vscode.CancellationError();
    return { kind: 'failed', exitCode: null, reason: messageOf(error) };
  } finally {
    cancellation.dispose();
  }
}

function failureOf(browser: string, result: Exclude<PrintResult, { kind: 'printed' }>): string {
  if (result.kind === 'timedOut') {
    return vscode.l10n.t(
      'The PDF was not written: {0} had not finished after {1} s and was ended. Try again, or export the report as HTML.',
      browser,
      printTimeoutMs / 1000,
    );
  }
  const { exitCode, reason } = result;
  if (reason !== '') {
    return vscode.l10n.t(
      'The PDF was not written: {0} reported “{1}”. Try again, or export the report as HTML.',
      browser,
      reason,
    );
  }
  return vscode.l10n.t(
    'The PDF was not written: {0} ended with code {1}. Try again, or export the report as HTML.',
    browser,
    exitCode ?? '?',
  );
}
