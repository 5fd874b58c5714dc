import type { PendingUploadEntry } from '../contract/pendingUpload.ts';
import { runs } from '../contract/runs.ts';
import { v1 } from '../contract/v1.ts';
import { parseTolerantJson } from '../json/tolerantJson.ts';
import type { NewRun } from './newRun.ts';
import { openhtfRecord } from './openhtfRecord.ts';
import { openhtfRecordToNewRun } from './openhtfRun.ts';
import { v1RunToNewRun } from './v1Run.ts';
import { v2RunToNewRun } from './v2Run.ts';

export type PushKind = PendingUploadEntry['kind'];

const holders: Record<PushKind, string | undefined> = { openhtf: 'metadata', v1: 'unit_under_test', v2: undefined };

/** @param now for a run without a start @throws RunInputError, ZodError, SyntaxError when a server would refuse it */
export function newRunOf(kind: PushKind, body: string, now: number): NewRun {
  const json = parseTolerantJson(body);
  if (kind === 'openhtf') return openhtfRecordToNewRun(openhtfRecord.parse(json), now);
  if (kind === 'v1') return v1RunToNewRun(v1.createRun.body.parse(json), now);
  return v2RunToNewRun(runs.create.body.parse(json));
}

/** All other characters stay, so that numbers keep their digits. @throws SyntaxError if the body has not the form of its kind */
export function withPartNumber(kind: PushKind, body: string, number: string): string {
  const start = body.indexOf('{');
  const holder = holders[kind];
  if (start < 0) throw new SyntaxError('The body is no JSON object.');
  if (holder === undefined) return withMember(body, start, 'part_number', number);
  const member = membersOf(body, start).findLast(({ key }) => key === holder);
  if (member === undefined) return inserted(body, start, holder, JSON.stringify({ part_number: number }));
  if (body[member.from] !== '{') throw new SyntaxError(`"${holder}" is no JSON object.`);
  return withMember(body, member.from, 'part_number', number);
}

interface Member {
  readonly key: string;
  readonly from: number;
  readonly to: number;
}

function withMember(json: string, start: number, key: string, value: string): string {
  const text = JSON.stringify(value);
  const member = membersOf(json, start).findLast((each) => each.key === key); // the last one counts
  if (member === undefined) return inserted(json, start, key, text);
  return json.slice(0, member.from) + text + json.slice(member.to);
}

function inserted(json: string, start: number, key: string, value: string): string {
  const comma = membersOf(json, start).length > 0 ? ', ' : '';
  return `${json.slice(0, start + 1)}${JSON.stringify(key)}: ${value}${comma}${json.slice(start + 1)}`;
}

function membersOf(json: string, start: number): Member[] {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/gsu;
  token.lastIndex = start;
  const members: Member[] = [];
  let depth = 0;
  let key: string | undefined;
  let from = -1;
  let to = -1;
  for (let match = token.exec(json); match !== null; match = token.exec(json)) {
    const [text] = match;
    const end = match.index + text.length;
    const closes = text === '}' || text === ']';
    if (closes) depth -= 1;
    if (depth === 0 && closes) break;
    if (depth === 1 && text === ',') {
      if (key !== undefined) members.push({ key, from, to });
      [key, from] = [undefined, -1];
    } else if (depth === 1 && key === undefined) {
      key = String(JSON.parse(text));
    } else if (depth >= 1 && !(depth === 1 && text === ':')) {
      if (from < 0) from = match.index;
      to = end;
    }
    if (text === '{' || text === '[') depth += 1;
  }
  if (key !== undefined) members.push({ key, from, to });
  return members;
}
