export interface Identity {
  readonly home: string;
  readonly user: string;
  readonly host: string;
}

const secretName = String.raw`[\w-]*(?:api[_-]?key|access[_-]?key|private[_-]?key|token|secret|passw(?:or)?d|authorization|cookie)[\w-]*`;
const serialName = String.raw`serial[_ -]?(?:number|no)\b`;
const value = String.raw`(?:\\"(?:[^"\\\n]|\\(?!"))*\\"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?:(?:Bearer|Basic|Token)\s+)?[^\s"',;&)}\]]+)`;
const pair = (name: string): RegExp => new RegExp(String.raw`(${name}\\?["']?\s*[:=]\s*)${value}`, 'gi');

const shapes: readonly (readonly [RegExp, string])[] = [
  [pair(secretName), '$1…'],
  [new RegExp(String.raw`(--${secretName}\s+)\S+`, 'gi'), '$1…'],
  [/\b(bearer)\s+[\w.~+/=-]+/gi, '$1 …'],
  [/(ts[us]_)[\w-]+/g, '$1…'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '…'],
  [/(\b[a-z][\w+.-]*:\/\/)[^\s/@]+@/gi, '$1…@'],
  [pair(serialName), '$1…'],
  [/(?<![A-Za-z0-9])SN[-_ ]?(?=[\w-]*\d)[\w-]+/g, 'SN…'],
];

/**
 * Takes out of a text what must not leave the machine with it: keys and passwords by their shape and by the name before
 * them, the home directory, the names of user and machine, serial numbers.
 */
export function redact(text: string, identity: Identity): string {
  const shaped = shapes.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
  return withoutNames(withoutHome(shaped, identity.home), identity);
}

function withoutHome(text: string, home: string): string {
  const path = home.replace(/[\\/]+$/, '');
  if (path === '') return text;
  const slashed = path.replaceAll('\\', '/');
  const spellings = new Set([path, slashed, path.replaceAll('\\', '\\\\'), encodeURI(slashed)]);
  const own = new RegExp(`(?<!\\w)(?:${[...spellings].map(literal).join('|')})(?![\\w-])`, 'gi');
  return text.replace(own, '~').replace(/([\\/](?:home|Users)[\\/]+)[^\s\\/"':]+/g, '$1<user>');
}

function withoutNames(text: string, { user, host }: Identity): string {
  const word = (name: string): RegExp => new RegExp(`(?<![\\w-])${literal(name)}(?![\\w-])`, 'gi');
  const withoutUser = user === '' ? text : text.replace(word(user), '<user>');
  return host === '' || host === 'localhost' ? withoutUser : withoutUser.replace(word(host), '<host>');
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\-]/g, String.raw`\$&`);
