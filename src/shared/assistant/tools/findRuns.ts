import * as z from 'zod';
import { outcome } from '../../contract/common.ts';
import { runs } from '../../contract/runs.ts';
import { readingTool } from '../tool.ts';
import { untrustedName } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { given, startedIn, timeInputs, timeRangeOf } from './inputs.ts';
import { runItem, runItemsOf } from './runItems.ts';
import { findProcedure, named, optionalStation, procedureInput, stationInput } from './subjects.ts';

export const findRuns = readingTool({
  name: 'find_runs',
  title: 'Find Runs',
  description:
    'Finds stored test runs, newest first, by station, procedure, serial number, part number, outcome, failed measurement and time. ' +
    'Each run comes with its outcome and the measurements that failed in it. Use it to get the run ids that other tools need, and ' +
    'to cite them. It counts nothing: for shares use get_yield or top_failures. All filters apply together; without one it returns ' +
    'the newest runs of all stations.',
  input: z.object({
    station: stationInput.optional(),
    procedure: procedureInput.optional(),
    serial_number: z.string().optional().describe('A whole serial number, in any case.'),
    search: z.string().optional().describe('A part of a serial number, or the first 8 or more characters of a run id.'),
    part_number: z.string().optional().describe('A whole part number, in any case.'),
    outcome: outcome.optional(),
    failed_measurement: z.string().optional().describe('The exact name of a measurement that failed.'),
    ...timeInputs,
    ...pageInputs,
  }),
  output: z.object({
    filter: z.object({
      station: named.nullable(),
      procedure: named.nullable(),
      serial_number: untrustedName.nullable(),
      search: untrustedName.nullable(),
      part_number: untrustedName.nullable(),
      outcome: outcome.nullable(),
      failed_measurement: untrustedName.nullable(),
      since: z.string().nullable(),
      until: z.string().nullable(),
    }),
    runs: z.array(runItem),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const range = timeRangeOf(input);
    const station = await optionalStation(call, input.station);
    const procedureText = given(input.procedure);
    const procedure = procedureText === undefined ? null : await findProcedure(call, procedureText);
    const serialNumber = given(input.serial_number);
    const search = given(input.search);
    const partNumber = given(input.part_number);
    const failed = given(input.failed_measurement);
    const { data, meta } = await call(runs.list, {
      query: {
        ...(station === null ? {} : { created_by_station_ids: [station.id] }),
        ...(procedure === null ? {} : { procedure_ids: [procedure.id] }),
        ...(serialNumber === undefined ? {} : { serial_numbers: [serialNumber] }),
        ...(search === undefined ? {} : { search_query: search }),
        ...(partNumber === undefined ? {} : { part_numbers: [partNumber] }),
        ...(input.outcome === undefined ? {} : { outcomes: [input.outcome] }),
        ...(failed === undefined ? {} : { failed_measurements: [failed] }),
        ...startedIn(range),
        limit: page.limit,
        cursor: page.offset,
      },
    });
    return {
      filter: {
        station,
        procedure,
        serial_number: serialNumber ?? null,
        search: search ?? null,
        part_number: partNumber ?? null,
        outcome: input.outcome ?? null,
        failed_measurement: failed ?? null,
        ...range,
      },
      runs: page.takeLoaded(runItem, await runItemsOf(call, data), meta.has_more),
      next: page.next,
    };
  },
});
