import * as z from 'zod';
import { outcome } from '../contract/common.ts';
import type { AssistantTool } from './tool.ts';
import { untrustedText } from './untrustedText.ts';

/** A tool that needs the window of VS Code: its scripts, its hardware, or the person in front of it. */
export interface EditorTool<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
> extends AssistantTool<I, O> {
  /** How people refer to it in a chat: `#name`. */
  readonly reference: string;
}

const editorTool = <I extends z.ZodObject, O extends z.ZodObject>(tool: EditorTool<I, O>): EditorTool<I, O> => tool;

const script = z
  .string()
  .describe('The absolute path of a test script in a folder of this window, such as /home/me/tests/fvt1.py.');
const runId = z.string().describe('The id of the run on the server, a UUID.');
const position = z.number().describe('A line, counted from 1.');
const station = z.object({ id: z.string(), name: untrustedText });

const waitingPrompt = z.object({
  message: untrustedText,
  /** Such as of a missing serial number: the question of this window, and not of the script. */
  asked_by: z.enum(['script', 'window']),
  waits_for_s: z.number().describe('For how many seconds it has waited.'),
});

const endedTest = z.object({
  run_id: z.string().nullable().describe('Null: the server has no run of this test. It is no evidence then.'),
  outcome: outcome.nullable().describe('As the record states it. Null: the test was not finished.'),
  serial_number: untrustedText.nullable(),
  reason: untrustedText.nullable(),
  problem: untrustedText.nullable().describe('Why the test has no run on the server.'),
});

const endedRun = z.object({
  was_stopped: z.boolean(),
  error: untrustedText.nullable().describe('The Python error that ended the script.'),
  tests: z.array(endedTest),
  other_run_ids: z.array(z.string()).describe('Runs that the script pushed without a test that could be followed.'),
  has_more_tests: z.boolean().describe('Only the last 50 tests are listed.'),
});

export const checkScript = editorTool({
  name: 'teststations_check_script',
  reference: 'checkTestScript',
  title: 'Check Test Script',
  description:
    'Reads a Python test script without running it. Returns the problems that the editor marks for the selected station ' +
    '(a procedure that is not linked, an API key in the source), the phases with their lines, and the measurements with ' +
    'their limits as far as the source states them. Use it before a run and after editing a script. It does not check ' +
    'the Python syntax, follow imports, or measure anything.',
  input: z.object({ script }),
  output: z.object({
    is_runnable: z.boolean(),
    uses_openhtf: z.boolean(),
    station: station.nullable().describe('The selected station, for which the problems are.'),
    problems: z.array(z.object({ line: position, message: untrustedText })),
    phases: z.array(z.object({ name: untrustedText, line: position })),
    measurements: z.array(
      z.object({
        name: untrustedText,
        phase: untrustedText.nullable(),
        line: position,
        lower_limit: z.number().nullable(),
        upper_limit: z.number().nullable(),
        are_limits_known: z.boolean().describe('False: the limits are not plain numbers, or there are none.'),
      }),
    ),
    has_more: z.boolean().describe('Each list has up to 50 entries.'),
  }),
  isReadOnly: true,
  isIdempotent: true,
});

export const runScript = editorTool({
  name: 'teststations_run_script',
  reference: 'runTestScript',
  title: 'Run Test Script',
  description:
    'Runs a Python test script on the hardware that is connected to this machine, as a station. The person at the window ' +
    'is asked for consent by a dialog, which names the station, the script and the serial number, unless they have allowed ' +
    'several runs. A dry run uploads nothing, but it executes the script and drives the hardware as well. Prompts of the ' +
    'script are answered by the person, never by you; if one waits too long, the status is "waiting_for_operator" and the ' +
    'script continues to run. Returns the run ids and the outcomes of the records. Never run it again only because a unit ' +
    'failed, and claim no result without a run id.',
  input: z.object({
    script,
    station: z.string().optional().describe('The id or the exact name of a station. Default: the selected station.'),
    serial_number: z
      .string()
      .optional()
      .describe('Of the unit under test, up to 60 characters. Default: the script or the person states it.'),
    is_dry_run: z.boolean().optional().describe('True: upload nothing. Default: false.'),
  }),
  output: z.object({
    status: z.enum(['ended', 'waiting_for_operator']),
    station: station.nullable(),
    is_dry_run: z.boolean(),
    waiting_prompt: waitingPrompt.nullable(),
    result: endedRun.nullable().describe('Null while the script still runs.'),
    remaining_runs: z
      .number()
      .describe('How many runs of this script the person has allowed without another question.'),
  }),
  isReadOnly: false,
  isIdempotent: false,
});

export const stopRun = editorTool({
  name: 'teststations_stop_run',
  reference: 'stopTestRun',
  title: 'Stop Test Run',
  description:
    'Stops the script that an assistant has started in this window, in an orderly way: the running phase ends, teardown ' +
    'phases run, and the unit counts as ABORTED. It cannot stop a test that a person has started.',
  input: z.object({}),
  output: z.object({ was_running: z.boolean(), script: untrustedText.nullable() }),
  isReadOnly: false,
  isIdempotent: true,
});

export const openReport = editorTool({
  name: 'teststations_open_report',
  reference: 'openRunReport',
  title: 'Open Run Report',
  description:
    'Opens the report of a run for the person at the window: phases, measurements, plots and logs. It returns nothing of ' +
    'the run. Use it to show your evidence; read runs with the tools of the Test Stations MCP server.',
  input: z.object({ run_id: runId }),
  output: z.object({ is_open: z.boolean() }),
  isReadOnly: true,
  isIdempotent: true,
});

export const getSelection = editorTool({
  name: 'teststations_get_selection',
  reference: 'testSelection',
  title: 'Get Selected Station and Script',
  description:
    'Returns the station that scripts of this window run as, its linked procedures, the Python script in the active ' +
    'editor, the server, and whether the person allows assistants to run scripts. Use it first when a request says ' +
    '"this script" or "this station".',
  input: z.object({}),
  output: z.object({
    server: untrustedText,
    station: station.nullable(),
    procedures: z.array(z.object({ id: z.string(), name: untrustedText, identifier: untrustedText.nullable() })),
    script: z.string().nullable().describe('The absolute path of the active script.'),
    has_unsaved_changes: z.boolean(),
    is_workspace_trusted: z.boolean(),
    may_run_scripts: z.enum(['never', 'ask']),
  }),
  isReadOnly: true,
  isIdempotent: true,
});

export const getRunningTest = editorTool({
  name: 'teststations_get_running_test',
  reference: 'runningTest',
  title: 'Get Running Test',
  description:
    'Returns the script that an assistant has started in this window: its phase, the prompt that waits for a person, and ' +
    'after its end the run ids and outcomes. Use it after "waiting_for_operator". It cannot answer the prompt. Tests that ' +
    'people have started are shown by the MCP server.',
  input: z.object({}),
  output: z.object({
    is_running: z.boolean(),
    script: untrustedText.nullable(),
    station: station.nullable(),
    serial_number: untrustedText.nullable(),
    phase: untrustedText.nullable(),
    waiting_prompt: waitingPrompt.nullable(),
    result: endedRun.nullable().describe('Of the last script that has ended; null if none has.'),
  }),
  isReadOnly: true,
  isIdempotent: true,
});

/** The language model tools of the extension. `contributes.languageModelTools` of the manifest is written from them. */
export const editorTools: readonly EditorTool[] = [
  checkScript,
  runScript,
  stopRun,
  openReport,
  getSelection,
  getRunningTest,
];
