import { messageOf } from '../shared/format/messageOf.ts';
import { exceededLimit } from '../shared/json/jsonLimits.ts';
import { parseTolerantJson } from '../shared/json/tolerantJson.ts';
import { type OpenhtfRecord, openhtfRecord } from '../shared/run/openhtfRecord.ts';
import { openhtfRecordToNewRun } from '../shared/run/openhtfRun.ts';
import type { Caller } from './http/authentication.ts';
import { parseInput } from './http/input.ts';
import { badRequest, conflict, tooLarge } from './http/refusalError.ts';
import { permittedProcedure, type PushedRun, pushRun } from './pushRun.ts';
import type { RouteServices } from './routeServices.ts';
import type { PushMarks } from './store/runs.ts';
import { attachToRun, findRunOfContent, type UploadRow } from './store/uploads.ts';
import { storedUpload } from './uploadRules.ts';

type Needs = Pick<RouteServices, 'store' | 'writer' | 'files'>;

interface Waiting {
  amount: number;
  start(): void;
}

/** An amount that concurrent work shares. Work that does not fit waits in the order of its arrival. */
class Budget {
  #left: number;
  readonly #waiting: Waiting[] = [];

  constructor(amount: number) {
    this.#left = amount;
  }

  async take(amount: number): Promise<() => void> {
    if (this.#waiting.length > 0 || amount > this.#left) {
      await new Promise<void>((start) => this.#waiting.push({ amount, start }));
    } else {
      this.#left -= amount;
    }
    return () => {
      this.#left += amount;
      this.#startNext();
    };
  }

  #startNext(): void {
    for (let [next] = this.#waiting; next !== undefined && next.amount <= this.#left; [next] = this.#waiting) {
      this.#waiting.shift();
      this.#left -= next.amount;
      next.start();
    }
  }
}

/** A report with curves of a million points has about 32 MB, and takes several times that in memory. */
const maxReportBytes = 32 * 1024 * 1024;

const reportBytesBudget = new Budget(maxReportBytes);

const mebibytes = (bytes: number): number => Math.ceil(bytes / 1024 / 1024);

interface Import {
  uploadId: string;
  caller: Caller;
  marksFor: (content: unknown) => PushMarks;
  allowDuplicate: boolean;
}

export async function importReport(needs: Needs, request: Import): Promise<PushedRun> {
  const found = await storedUpload(needs.store, request.uploadId, request.caller);
  if (found.size !== null && found.size > maxReportBytes) {
    throw tooLarge(
      `The report "${found.name}" has ${mebibytes(found.size)} MiB; this server imports reports up to ${mebibytes(maxReportBytes)} MiB.`,
    );
  }
  const release = await reportBytesBudget.take(found.size ?? maxReportBytes);
  try {
    return await importUpload(found, needs, request);
  } finally {
    release();
  }
}

async function importUpload(
  found: UploadRow,
  { writer, files }: Needs,
  { caller, marksFor, allowDuplicate }: Import,
): Promise<PushedRun> {
  const record = parseInput(openhtfRecord, parseReport(found.name, await files.contents.readText(found.id)));
  const run = openhtfRecordToNewRun(record, Date.now());
  const push = { run, caller, marks: marksFor(contentOf(record)) };
  return writer.push([push], async (transaction) => {
    const change = await transaction.change();
    const upload = await storedUpload(change, found.id, caller);
    permittedProcedure(await transaction.find(push), push);
    // A client that missed the response repeats its request. Its run exists already.
    if (upload.run_id !== null && upload.is_report === 1) return { id: upload.run_id, existed: true };
    const same = allowDuplicate || upload.sha256 === null ? null : await findRunOfContent(change, upload.sha256);
    if (same !== null) return { id: same, existed: true };
    if (upload.run_id !== null || upload.unit_id !== null) {
      throw conflict(`The file "${upload.name}" belongs to a run or unit already. Upload the report again.`);
    }
    const pushed = await pushRun(transaction, push);
    // A retry of a push uploads the report again. The run keeps the report that it was created from.
    if (!pushed.existed) await attachToRun(await transaction.change(), upload.id, pushed.id, true);
    return pushed;
  });
}

/** Without logs, to which output callbacks add between two tries, and attachments, which are pushed separately. */
function contentOf({ log_records, phases, ...record }: OpenhtfRecord): unknown {
  return { ...record, phases: phases.map(({ attachments, ...phase }) => phase) };
}

function parseReport(name: string, text: string): unknown {
  const excess = exceededLimit(text);
  if (excess !== null) throw badRequest(`The report "${name}" ${excess}.`);
  try {
    return parseTolerantJson(text);
  } catch (error) {
    throw badRequest(`The report "${name}" is not JSON: ${messageOf(error)}`);
  }
}
