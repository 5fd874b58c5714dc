import * as z from 'zod';
import { runs } from '../../contract/runs.ts';
import { sample, units } from '../../contract/units.ts';
import { readingTool } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedName, untrustedText } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { given } from './inputs.ts';
import { attachment, attachmentOf, runItem, runItemsOf } from './runItems.ts';

const relative = z.object({ serial_number: untrustedName, part_number: untrustedName, revision: untrustedName });

export const getUnitHistory = readingTool({
  name: 'get_unit_history',
  title: 'Get Unit History',
  description:
    'Returns one unit by its serial number: part, revision, batch, the unit it is built into (parent), the units built into it ' +
    '(children), its attachments, and its runs of all procedures and stations, newest first, with what failed in them. Use it to see ' +
    'whether a failure is new, repeated or was retested away. For a part of a serial number use find_runs with search.',
  input: z.object({
    serial_number: z.string().describe('The whole serial number, in any case.'),
    ...pageInputs,
  }),
  output: z.object({
    unit: z.object({
      serial_number: untrustedName,
      part_number: untrustedName,
      part_name: untrustedText,
      revision: untrustedName,
      batch: untrustedName.nullable(),
      sample: sample.nullable().describe('Set for a reference unit, whose runs are in no statistics.'),
      created_at: z.string(),
      parent: relative.nullable(),
      child_count: z.number(),
      attachment_count: z.number(),
    }),
    children: z.array(relative),
    attachments: z.array(attachment),
    runs: z.array(runItem),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const wanted = given(input.serial_number);
    if (wanted === undefined) throw new ToolError('Give the serial number of a unit, such as find_runs returns.');
    const unit = await call(units.get, { params: { serial_number: wanted } });
    const children = page.take(relative, unit.children.map(relativeOf));
    const attachments = page.take(attachment, unit.attachments.map(attachmentOf));
    const { data, meta } = await call(runs.list, {
      query: { serial_numbers: [unit.serial_number], limit: page.limit, cursor: page.offset },
    });
    return {
      unit: {
        serial_number: unit.serial_number,
        part_number: unit.part.number,
        part_name: unit.part.name,
        revision: unit.part.revision.number,
        batch: unit.batch?.number ?? null,
        sample: unit.sample,
        created_at: unit.created_at,
        parent: unit.parent === null ? null : relativeOf(unit.parent),
        child_count: unit.children.length,
        attachment_count: unit.attachments.length,
      },
      children,
      attachments,
      runs: page.takeLoaded(runItem, await runItemsOf(call, data), meta.has_more),
      next: page.next,
    };
  },
});

const relativeOf = ({
  serial_number,
  part,
}: {
  readonly serial_number: string;
  readonly part: { readonly number: string; readonly revision: { readonly number: string } };
}) => ({ serial_number, part_number: part.number, revision: part.revision.number });
