import { type FunctionNode, PostgresQueryCompiler } from 'kysely';
import { formOf, type Words } from '../words.ts';
import { plannedOnceMark } from './prepared.ts';
import { withoutNul } from './withoutNul.ts';

const words: Words = {
  thenJoin: 'join',
  notIndexed: '',
  indexedBy: '',
  unindexed: '{0}',
  plannedOnce: plannedOnceMark,
  unitsAndRuns: `cross join lateral (
      select u.serial_key, r.key as run_key from units as u join runs as r on r.unit_id = u.id
      where u.revision_id = rev.id and {0} order by u.serial_key {1}, r.started_at {1}, r.key {1} limit {2}
    ) as u join runs as r on r.key = u.run_key`,
  isTextIn: '{0} = any (array(select json_array_elements_text({1}::json)))',
  isTextOfSmallTableIn: '{0} in (select json_array_elements_text({1}::json))',
  isNumberIn: '{0} = any (array(select json_array_elements_text({1}::json)::bigint))',
  likeInAnyCase: `{0} ilike {1} escape '\\'`,
  unitsWithPhrase: `select id from units where serial_key like {1} escape '\\'`,
  numberInJson: `case when json_typeof({0}::json -> {1}::text) = 'number' then json_number({0}::json ->> {1}::text) end`,
  textInJson: `case when json_typeof({0}::json -> {1}::text) = 'string' then {0}::json ->> {1}::text end`,
  booleanInJson: `case when json_typeof({0}::json -> {1}::text) = 'boolean' then {0}::json ->> {1}::text end`,
  isJsonNumber: `json_typeof({0}::json) = 'number'`,
  jsonNumber: `case when json_typeof({0}::json) = 'number' then json_number({0}) end`,
  jsonList: `coalesce(json_agg({0}), '[]'::json)::text`,
  pauseInJson: `json_build_object('kind', kind, 'from', starts_at, 'to', coalesce(ends_at, {0}::bigint))`,
  isText: `jsonb_typeof({0}) = 'string'`,
  textOfAny: `({0} #>> '{}')`,
  anyOfText: 'to_jsonb({0}::text)',
  anyOfNumber: 'to_jsonb({0}::double precision)',
};

export class PostgresWordCompiler extends PostgresQueryCompiler {
  protected override appendValue(parameter: unknown): void {
    super.appendValue(typeof parameter === 'string' ? withoutNul(parameter) : parameter);
  }

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
