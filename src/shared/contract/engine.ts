import * as z from 'zod';

/**
 * The agent protocol of the `tofupilot` program, version 1: what `tofupilot run FOLDER --json` writes to stdout and reads from
 * stdin, one JSON object a line. Unknown fields and types are ignored, as the protocol demands. Observed with version
 * 1.4.1 of the program; its own page is `src/commands/run/agent_proto/PROTOCOL.md` in the repository `tofupilot/cli`.
 */
const text = z.string();
const optionalText = z.string().nullish();
const sequence = { seq: z.number().int().min(0) };
const ofPhase = { ...sequence, phase_key: text };

const component = z.object({
  key: text,
  type: text,
  label: optionalText,
  description: optionalText,
  required: z.boolean().default(false),
  is_input: z.boolean().default(false),
  default_value: z.unknown().optional(),
  placeholder: optionalText,
  options: z.array(z.object({ value: text, label: optionalText })).nullish(),
  min: z.number().nullish(),
  max: z.number().nullish(),
  step: z.number().nullish(),
});
export type EngineComponent = z.infer<typeof component>;

const unit = z.object({
  serial_number: optionalText,
  part_number: optionalText,
  revision_number: optionalText,
  batch_number: optionalText,
});

export const enginePhaseOutcome = z.enum(['PASS', 'FAIL', 'ERROR', 'SKIP', 'RETRY', 'STOP', 'TIMEOUT']);
export type EnginePhaseOutcome = z.infer<typeof enginePhaseOutcome>;

export const engineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run_started'), ...sequence, procedure_id: optionalText, protocol_version: text }),
  z.object({ type: z.literal('identify_request'), ...sequence, request_id: text, components: z.array(component) }),
  z.object({ type: z.literal('identify_resolved'), ...sequence, unit }),
  z.object({ type: z.literal('identify_timeout'), ...sequence, request_id: text }),
  z.object({ type: z.literal('plan'), ...sequence, phases: z.array(z.object({ key: text, name: text })) }),
  z.object({ type: z.literal('plug_status'), ...sequence, plug_key: text, plug_name: optionalText, status: text }),
  z.object({
    type: z.literal('plug_log'),
    ...sequence,
    plug_key: text,
    plug_name: optionalText,
    level: text,
    message: text,
  }),
  z.object({
    type: z.literal('phase_started'),
    ...ofPhase,
    attempt: z.number().int().min(1),
    started_at: optionalText,
  }),
  z.object({
    type: z.literal('phase_log'),
    ...ofPhase,
    level: text,
    message: text,
    file: optionalText,
    line: z.number().int().nullish(),
  }),
  z.object({
    type: z.literal('measurement_recorded'),
    ...ofPhase,
    name: text,
    value: z.unknown(),
    unit: optionalText,
  }),
  z.object({
    type: z.literal('attachment_added'),
    ...ofPhase,
    name: text,
    path: optionalText,
    mimetype: optionalText,
  }),
  z.object({
    type: z.literal('ui_request'),
    ...ofPhase,
    request_id: text,
    phase_description: optionalText,
    requires_input: z.boolean().default(true),
    components: z.array(component),
  }),
  z.object({ type: z.literal('ui_auto_continue'), ...ofPhase, request_id: text, source: text }),
  z.object({ type: z.literal('ui_timeout'), ...ofPhase, request_id: text }),
  z.object({
    type: z.literal('ui_error'),
    ...sequence,
    request_id: optionalText,
    reason: text,
    field: optionalText,
    got: z.unknown().optional(),
    expected: z.unknown().optional(),
  }),
  z.object({
    type: z.literal('phase_finished'),
    ...ofPhase,
    outcome: enginePhaseOutcome,
    attempt: z.number().int().min(1),
    error: optionalText,
    started_at: optionalText,
    ended_at: optionalText,
  }),
  z.object({ type: z.literal('phase_skipped'), ...ofPhase, reason: optionalText }),
  z.object({ type: z.literal('internal_warning'), ...sequence, kind: text, message: text }),
  z.object({ type: z.literal('run_crashed'), ...sequence, exit_code: z.number().int().nullish(), stderr_tail: text }),
  z.object({ type: z.literal('run_finished'), ...sequence, outcome: text, exit_code: z.number().int() }),
]);
export type EngineEvent = z.infer<typeof engineEvent>;

const engineEventTypes: ReadonlySet<string> = new Set(engineEvent.options.map(({ shape }) => shape.type.value));

const numberedLine = z.object({ type: text, ...sequence });

export type EngineLine =
  | { readonly kind: 'event'; readonly seq: number; readonly event: EngineEvent | undefined }
  /** A line that does not count: it is of another type without a number, or no JSON, such as what a phase printed. */
  | { readonly kind: 'other'; readonly text: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** Parses one line of stdout. A numbered line of a type that this version does not know is an event of undefined. */
export function parseEngineLine(line: string): EngineLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return line.trimStart().startsWith('{')
      ? { kind: 'broken', reason: `a line is no JSON: ${line.slice(0, 200)}` }
      : { kind: 'other', text: line };
  }
  const numbered = numberedLine.safeParse(json);
  if (!numbered.success) return unnumberedLine(json, line);
  const { type, seq } = numbered.data;
  if (!engineEventTypes.has(type)) return { kind: 'event', seq, event: undefined };
  const event = engineEvent.safeParse(json);
  if (event.success) return { kind: 'event', seq, event: event.data };
  return { kind: 'broken', reason: `${type}: ${z.prettifyError(event.error).slice(0, 200)}` };
}

/** `upload_queued` and the `stdout` of plain scripts have no number; an event without its number is broken. */
function unnumberedLine(json: unknown, line: string): EngineLine {
  const type = z.object({ type: text }).safeParse(json).data?.type;
  return type !== undefined && engineEventTypes.has(type)
    ? { kind: 'broken', reason: `${type} has no number` }
    : { kind: 'other', text: line };
}

export type EngineValue = string | number | boolean | readonly string[];

export type EngineCommand =
  | {
      readonly type: 'ui_response';
      readonly request_id: string;
      readonly values: Readonly<Record<string, EngineValue>>;
    }
  | { readonly type: 'abort_run' };

/** An entry of `tofupilot queue ls --json`, one object a line. */
export const engineQueueEntry = z.object({ queue_id: z.union([z.string(), z.number()]).transform(String) });

/** The answer of `tofupilot queue get ID --json`, of which only the files are read. */
export const engineQueuedFiles = z.object({
  attachments: z
    .array(z.object({ name: text, path: text, mimetype: optionalText, content_type: optionalText }))
    .nullish(),
});
