import * as z from 'zod';
import { promptDisplayTypes, promptInputTypes } from './promptForm.ts';

/**
 * `procedure.yaml`, the file of TofuPilot's command line program (1.4.1), which has no published schema. Unknown keys are an
 * error nearly everywhere. The JSON schema for editors is made from this one.
 */
const described = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description });

const name = (most: number, what: string) => described(z.string().trim().min(1).max(most), what);
const text = (most: number, what: string) => described(z.string().max(most), what).optional();
const key = described(
  z
    .string()
    .max(100)
    .regex(/^[A-Za-z_]\w*$/),
  'The name in Python. Without it, it is made from the name: lowercase, other characters become _.',
).optional();

const durationText = /^(?=.*[1-9])(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h)\s*)+$/;
const durationWords = 'A duration such as 500ms, 30s, 5m or 1h30m; a number alone is in milliseconds.';
const duration = z.union([z.string().trim().regex(durationText, durationWords), z.number().positive()], durationWords);

const outcomePreset = described(z.enum(['PASS', 'FAIL', 'UNSET']), 'A verdict that comes from outside.').optional();

export const procedureOperators = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'matches'] as const;

const validator = z.strictObject({
  operator: described(z.enum(procedureOperators), 'How the value is compared. A range is two validators.'),
  expected_value: described(
    z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
    'The limit, the expected value, or the allowed values.',
  ),
  outcome: outcomePreset,
  expression: text(1_000, 'Shown in place of operator and expected value.'),
});

const validators = described(z.array(validator), 'Limits. Each one that does not hold fails the phase.').optional();

const aggregation = z.strictObject({
  type: described(z.string(), 'Such as max, min, mean or peak_to_peak. The value is assigned in Python.'),
  unit: text(50, 'The unit of the value.'),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  outcome: outcomePreset,
  validators,
});
const aggregations = z.array(aggregation).optional();

const axis = z.strictObject({
  data: z.array(z.number()).optional(),
  unit: text(50, 'The unit of the axis.'),
  legend: text(200, 'The name that charts show.'),
  key,
  description: text(50_000, 'What the axis is.'),
  validators,
  aggregations,
});

const measurement = z.strictObject({
  key,
  name: name(100, 'The name of the measurement.'),
  unit: text(50, 'The unit, such as V.'),
  description: text(50_000, 'What is measured.'),
  title: text(200, 'The title of a chart.'),
  validators,
  aggregations,
  x_axis: axis.optional(),
  y_axis: z.array(axis).optional(),
});

const field = z.strictObject({
  default_value: z.string().optional(),
  placeholder: text(200, 'Shown while the field is empty.'),
  description: text(1_000, 'Shown below the field.'),
  min_length: z.number().int().min(0).optional(),
  max_length: z.number().int().min(0).optional(),
  pattern: text(500, 'A regular expression of Rust that the text must match.'),
});

const unit = z.strictObject({
  auto_identify: described(
    z.boolean(),
    'true: the unit form is not shown. serial_number and part_number then need a default_value.',
  ).optional(),
  serial_number: field.optional(),
  part_number: field.optional(),
  revision_number: field.optional(),
  batch_number: field.optional(),
  sub_units: z.array(z.strictObject({ label: z.string(), key, serial_number: field.optional() })).optional(),
  metadata: z.record(z.string().regex(/^[A-Za-z0-9_.:+-]{1,40}$/), field).optional(),
});

const option = z.strictObject({
  value: z.string(),
  label: text(200, 'Shown to the operator.'),
  image: described(z.string(), 'A file beside the procedure.').optional(),
});

const component = z.strictObject({
  type: described(z.enum([...promptInputTypes, ...promptDisplayTypes]), 'The kind of field, or of what is shown.'),
  key,
  label: text(200, 'The label of the field.'),
  description: text(1_000, 'Shown below the label.'),
  placeholder: text(200, 'Shown while the field is empty.'),
  required: described(z.boolean(), 'Whether the operator must give a value.').optional(),
  bind: described(
    z.string().max(200),
    'Where the answer goes: measurements.<key>, unit.<field> or unit.sub_units.<key>.',
  ).optional(),
  default_value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  width: described(z.string().regex(/^(?:100|[1-9]\d?)%$/), 'From 1% to 100%.').optional(),
  min_length: z.number().int().min(0).optional(),
  max_length: z.number().int().min(0).optional(),
  pattern: text(500, 'A regular expression of Rust that the text must match.'),
  prefix: text(50, 'Shown before the value.'),
  suffix: text(50, 'Shown after the value.'),
  trim: z.boolean().optional(),
  rows: z.number().int().min(1).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().optional(),
  options: z.array(option).optional(),
  columns: z.number().int().min(1).optional(),
  size: z.enum(['xs', 'sm', 'base', 'lg', 'xl', '2xl', '3xl', '4xl']).optional(),
  color: z
    .enum(['default', 'zinc', 'red', 'orange', 'yellow', 'green', 'lime', 'sky', 'blue', 'violet', 'purple', 'pink'])
    .optional(),
  font: z.enum(['default', 'monospace']).optional(),
  aspect: z.enum(['16/9', '4/3', '3/4', '2/3', '9/16', 'square', 'auto']).optional(),
  fit: z.enum(['contain', 'cover', 'fill']).optional(),
  height: z.union([z.string(), z.number()]).optional(),
});

const next = z.enum(['continue', 'stop', 'retry']).optional();

export const pythonReference = /^[^\s:]+(?::[A-Za-z_]\w*)?$/;
const python = (what: string) => described(z.string().regex(pythonReference), what).optional();

const phaseFields = {
  name: name(100, 'The name of the phase.'),
  key,
  python: python('The function, such as phases.power:check_supply. Without a colon it has the name of the file.'),
  executable: described(
    z.strictObject({
      command: z.string().min(1).max(10_000),
      shell: z.string().max(500).optional(),
      working_directory: z.string().max(4_096).optional(),
    }),
    'A shell command in place of a Python function.',
  ).optional(),
  description: text(1_000, 'What the phase does; operators see it with its prompt.'),
  measurements: z.array(measurement).optional(),
  ui: described(
    z.strictObject({
      components: z.array(component),
      requires_input: described(z.boolean(), 'Whether the operator must confirm a prompt without fields.').optional(),
    }),
    'A prompt for the operator.',
  ).optional(),
  enabled: described(z.boolean(), 'false: the phase is not run.').optional(),
  result: described(z.literal('skip'), 'skip: the phase is not run.').optional(),
  timeout: described(duration, 'How long the phase may take, up to 24h.').optional(),
  retry: z.strictObject({ limit: z.number().int().min(1).max(10), delay: duration.optional() }).optional(),
  then: z.strictObject({ pass: next, fail: next, error: next, timeout: next }).optional(),
};

const scoped = z.strictObject({ ...phaseFields, scope: z.enum(['slot', 'execution']).optional() });
const main = z.strictObject({
  ...phaseFields,
  scope: z.enum(['slot', 'execution']).optional(),
  depends_on: described(
    z.array(z.string()),
    'Keys of phases that must end before. Phases without it run at the same time.',
  ).optional(),
});

const plug = z.strictObject({
  key,
  name: name(100, 'The name of the plug.'),
  python: described(z.string().regex(pythonReference), 'The class, such as plugs.psu:PowerSupply.'),
  scope: described(
    z.enum(['slot', 'execution', 'station', 'each', 'all', 'run']),
    'How long the plug lives: slot, execution or station.',
  ).optional(),
  description: z.string().optional(),
  config: described(z.record(z.string(), z.unknown()), 'Arguments of the constructor.').optional(),
});

export const procedureFile = z
  .strictObject({
    name: name(100, 'The name of the procedure.'),
    id: z.string().optional(),
    version: text(50, 'The version that runs name.'),
    description: text(50_000, 'What the procedure tests.'),
    execution: z
      .strictObject({
        strategy: z.enum(['phase_first', 'slot_first']).optional(),
        workers: described(z.number().int().min(1).max(256), 'Python processes at the same time.').optional(),
        on_first_failure: described(
          z.enum(['stop', 'continue']),
          'stop: phases that have not begun are skipped; teardown still runs.',
        ).optional(),
        slots: described(
          z.array(z.looseObject({ name: z.string().max(50), key: z.string().max(50).optional() })),
          'The command line program runs procedures with one slot only.',
        ).optional(),
      })
      .optional(),
    unit: unit.optional(),
    plugs: z.array(plug).optional(),
    setup: z.array(scoped).optional(),
    main: described(z.array(main).min(1), 'The phases. Those without depends_on run at the same time.'),
    teardown: z.array(scoped).optional(),
  })
  .meta({ title: 'TofuPilot procedure' });
export type ProcedureFile = z.infer<typeof procedureFile>;

export const procedureStages = ['setup', 'main', 'teardown'] as const;
export type ProcedureStage = (typeof procedureStages)[number];

export const procedureJsonSchema = (): unknown =>
  z.toJSONSchema(procedureFile, { io: 'input', target: 'draft-7', reused: 'ref' });
