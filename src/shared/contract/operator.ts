import * as z from 'zod';
import { byId, id, operation, timestamp } from './common.ts';
import { goldenCheck } from './goldenChecks.ts';
import { bounds, liveTest, testPatch } from './liveTest.ts';
import { shiftCounters } from './shifts.ts';

/** How many units a script can test on a station at the same time, each in a slot with a number that begins with 1. */
export const maxSlots = 16;
export const slotNumber = z.number().int().min(1).max(maxSlots);

export const unavailableReason = z.enum([
  'no-test',
  'ended',
  'no-prompt',
  'gone',
  'started-elsewhere',
  'stopping',
  'running',
  'no-window',
]);
export type UnavailableReason = z.infer<typeof unavailableReason>;

const action = unavailableReason.nullable();

export const answeredPrompt = z.object({ prompt_id: z.string(), by: z.string(), at: timestamp });
export type AnsweredPrompt = z.infer<typeof answeredPrompt>;

const studyTurn = z.object({
  name: z.string(),
  position: z.number().int(),
  run_count: z.number().int(),
  serial_number: z.string(),
  appraiser: z.string(),
});
export type StudyTurn = z.infer<typeof studyTurn>;

const stationBoard = z.object({
  golden_checks: z.array(goldenCheck),
  study: studyTurn.nullish(),
  counters: shiftCounters.optional(),
});
export type StationBoard = z.infer<typeof stationBoard>;

const liveState = z.object({
  station_id: id,
  station_name: z.string(),
  source: z.enum(['stream', 'editor', 'followed', 'none']),
  connected: z.boolean(),
  test: liveTest.nullable(),
  answered: answeredPrompt.nullable(),
  actions: z.object({ answer: action, stop: action, start: action }),
  offer: z
    .object({
      script: z.string().nullable(),
      next_serial_number: z.string().nullable(),
      loop: z.boolean(),
      problem: z.string().nullable(),
      /** Missing from older windows, which have one. */
      slots: slotNumber.optional(),
    })
    .nullable(),
  /** Missing from older servers, until it is loaded, and from slots other than the first. */
  board: stationBoard.optional(),
});
export type LiveState = z.infer<typeof liveState>;

const statePatch = z.object({
  fields: liveState.omit({ test: true }).partial(),
  test: testPatch.nullable(),
});
export type StatePatch = z.infer<typeof statePatch>;

/** `sent_at` is in milliseconds since 1970 by the clock of the server. An older server has only the first slot. */
const ofSlot = z.object({ slot: slotNumber.default(1), sent_at: z.number() });

export const stateEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('state'), data: ofSlot.extend({ state: liveState }) }),
  z.object({ event: z.literal('patch'), data: ofSlot.extend({ patch: statePatch }) }),
]);
export type StateEvent = z.infer<typeof stateEvent>;

const waitingPrompt = z.object({
  station_id: id,
  prompt_id: z.string(),
  message: z.string(),
  source: liveState.shape.source,
});
export type WaitingPrompt = z.infer<typeof waitingPrompt>;
export const waitingEvent = z.object({ event: z.literal('waiting'), data: z.array(waitingPrompt) });

/** A request to a window. It is repeated after a reconnect until the window confirms it. */
export const windowRequest = z.discriminatedUnion('event', [
  z.object({ event: z.literal('hello'), data: z.object({}) }),
  z.object({
    event: z.literal('answer'),
    data: z.object({ execution_id: z.string(), prompt_id: z.string(), text: z.string() }),
  }),
  z.object({ event: z.literal('stop'), data: z.object({ execution_id: z.string() }) }),
  z.object({ event: z.literal('start'), data: z.object({ serial_number: z.string(), loop: z.boolean() }) }),
  z.object({ event: z.literal('loop'), data: z.object({ loop: z.boolean() }) }),
]);
export type WindowRequest = z.infer<typeof windowRequest>;

const serialNumber = z
  .string()
  .trim()
  .min(1, 'A unit needs a serial number.')
  .max(60, 'The serial number must be at most 60 characters long.');

const offer = liveState.shape.offer.unwrap().partial();

const stationAction = {
  access: ['user', 'station'],
  isAudited: false,
  params: byId,
  refusals: [403, 404, 409],
} as const;

export const operator = {
  state: operation('local.operator.state', 'GET', '/api/local/stations/{id}/operator', {
    access: ['user', 'station'],
    params: byId,
    answer: liveState,
    refusals: [403, 404],
  }),
  /** `stateEvent`s, of the first slot only unless all are asked for. The token of an operator link opens this stream alone. */
  states: operation('local.operator.states', 'GET', '/api/local/stations/{id}/operator/states', {
    access: ['user', 'station'],
    params: byId,
    query: z.object({ slots: z.literal('all').optional() }),
    answer: z.string(),
    answerType: 'text/event-stream',
    refusals: [403, 404, 429],
  }),
  waiting: operation('local.operator.waiting', 'GET', '/api/local/operator/waiting', {
    answer: z.string(),
    answerType: 'text/event-stream',
    refusals: [429],
  }),
  /** The first answer counts; later ones are refused (409) with who was first. */
  answer: operation('local.operator.answer', 'POST', '/api/local/stations/{id}/operator/answers', {
    ...stationAction,
    body: z.object({
      prompt_id: z.string().min(1).max(bounds.name),
      text: z.string().max(bounds.answer, `An answer must be at most ${bounds.answer} characters long.`),
      /** The caller delivers the answer itself and only reserves the prompt. */
      delivered: z.boolean().default(false),
    }),
    answer: answeredPrompt,
  }),
  stop: operation('local.operator.stop', 'POST', '/api/local/stations/{id}/operator/stop', {
    ...stationAction,
    body: z.object({ execution_id: z.string() }),
    answer: z.object({ execution_id: z.string() }),
  }),
  start: operation('local.operator.start', 'POST', '/api/local/stations/{id}/operator/start', {
    ...stationAction,
    body: z.object({ serial_number: serialNumber, loop: z.boolean().default(false), slot: slotNumber.default(1) }),
    answer: z.object({ serial_number: z.string() }),
  }),
  loop: operation('local.operator.loop', 'PUT', '/api/local/stations/{id}/operator/loop', {
    ...stationAction,
    body: z.object({ loop: z.boolean(), slot: slotNumber.default(1) }),
    answer: z.object({ loop: z.boolean() }),
  }),
  /** A read-only link to the station's page; it ends with the station's key. */
  link: operation('local.operator.link', 'POST', '/api/local/stations/{id}/operator/links', {
    access: ['user', 'station'],
    params: byId,
    answer: z.object({ url: z.url() }),
    refusals: [403, 404, 409],
  }),
  /** `windowRequest`s for a slot. The tests and the offer of the window are available there while the stream is open. */
  requests: operation(
    'local.operator.requests',
    'GET',
    '/api/local/stations/{id}/operator/windows/{window_id}/requests',
    {
      access: ['user', 'station'],
      role: 'engineer',
      params: z.object({ id, window_id: id }),
      query: z.object({ slot: z.coerce.number().pipe(slotNumber).default(1) }),
      answer: z.string(),
      answerType: 'text/event-stream',
      refusals: [403, 404, 429],
    },
  ),
  /** A window reports its test and its offer. 409: the server does not have the state that the patch is for. */
  report: operation('local.operator.report', 'PUT', '/api/local/stations/{id}/operator/windows/{window_id}', {
    access: ['user', 'station'],
    isAudited: false,
    params: z.object({ id, window_id: id }),
    body: z.object({
      test: liveTest.optional(),
      patch: testPatch.optional(),
      number: z.number().int().min(0).default(0),
      stopping: z.boolean().optional(),
      busy: z.boolean().optional(),
      offer: offer.optional(),
      slot: slotNumber.default(1),
    }),
    answer: z.object({ id }),
    refusals: [403, 404, 409],
  }),
} as const;
