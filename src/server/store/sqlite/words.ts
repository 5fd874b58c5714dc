import { type FunctionNode, SqliteQueryCompiler } from 'kysely';
import { formOf, type Words } from '../words.ts';

const path = `'$."' || {1} || '"'`;

const words: Words = {
  thenJoin: 'cross join',
  notIndexed: 'not indexed',
  indexedBy: 'indexed by {0}',
  unindexed: '+{0}',
  plannedOnce: '',
  unitsAndRuns: 'cross join units as u on u.revision_id = rev.id cross join runs as r on r.unit_id = u.id',
  isTextIn: '{0} in (select value from json_each({1}))',
  isTextOfSmallTableIn: '{0} in (select value from json_each({1}))',
  isNumberIn: '{0} in (select value from json_each({1}))',
  likeInAnyCase: `{0} like {1} escape '\\'`,
  unitsWithPhrase: `select u.id from (select rowid as key from unit_serials where unit_serials match {0}) as t
    cross join units as u on u.key = t.key`,
  numberInJson: `case when json_type({0}, ${path}) in ('integer', 'real') then json_extract({0}, ${path}) end`,
  textInJson: `case when json_type({0}, ${path}) = 'text' then json_extract({0}, ${path}) end`,
  booleanInJson: `case when json_type({0}, ${path}) in ('true', 'false') then json_type({0}, ${path}) end`,
  isJsonNumber: `json_type({0}) in ('integer', 'real')`,
  jsonNumber: 'cast({0} as real)',
  jsonList: 'json_group_array({0})',
  pauseInJson: `json_object('kind', kind, 'from', starts_at, 'to', coalesce(ends_at, {0}))`,
  isText: `typeof({0}) = 'text'`,
  textOfAny: '{0}',
  anyOfText: '{0}',
  anyOfNumber: '{0}',
};

export class SqliteWordCompiler extends SqliteQueryCompiler {
  protected override visitFunction(node: FunctionNode): void {
    const form = formOf(words, node.func);
    if (form === null) {
      super.visitFunction(node);
      return;
    }
    for (const part of form) {
      if (typeof part === 'string') this.append(part);
      else this.visitNode(node.arguments[part] ?? node);
    }
  }
}
