import type { SyntaxNode } from '@lezer/common';
import { LimitsRefusedError } from './limitsRefusal.ts';
import { definitionOf, usesOf } from './limitValue.ts';
import { ancestorsOf, childrenOf, entriesOf, itemsOf } from './pythonItems.ts';
import type { PythonSource } from './pythonSource.ts';

export interface LimitDeclaration {
  readonly name: string;
  /** `measurement`: `htf.Measurement(…)`; `name`: a text in `htf.measures(…)`; `dictionary`: of a phase function or a client. */
  readonly kind: 'measurement' | 'name' | 'dictionary';
  readonly node: SyntaxNode;
  readonly nameNode: SyntaxNode;
  readonly line: number;
}

const measuresCallee = /(?:^|\.)measures$/;
const measurementCallee = /(?:^|\.)Measurement$/;
const measurementKeys = ['measured_value', 'lower_limit', 'upper_limit', 'validators', 'units', 'x_axis'];

export function findDeclarations(python: PythonSource): LimitDeclaration[] {
  const found: LimitDeclaration[] = [];
  const add = (kind: LimitDeclaration['kind'], node: SyntaxNode, nameNode: SyntaxNode | null | undefined): void => {
    const name = python.literal(nameNode ?? null);
    if (name === null || !nameNode) return;
    found.push({ name, kind, node, nameNode, line: python.lineAt(nameNode.from) });
  };
  for (const node of python.nodes('CallExpression', 'Decorator', 'DictionaryExpression')) {
    if (node.name === 'DictionaryExpression') {
      if (isMeasurement(node, python)) add('dictionary', node, valueOfKey(node, 'name', python));
      continue;
    }
    const list = node.getChild('ArgList');
    if (list === null || !isOpenHtf(node, python)) continue;
    const callee = calleeOf(node, python);
    if (measurementCallee.test(callee)) {
      add('measurement', node, nameArgument(list, python));
    } else if (measuresCallee.test(callee)) {
      for (const text of list.getChildren('String')) {
        if (text.prevSibling?.name !== 'AssignOp') add('name', text, text);
      }
    }
  }
  return found;
}

function calleeOf(node: SyntaxNode, python: PythonSource): string {
  const list = node.getChild('ArgList');
  return python.ownName(
    python.source
      .slice(node.from, list?.from ?? node.to)
      .replace(/^@/, '')
      .trim(),
  );
}

function isOpenHtf(node: SyntaxNode, python: PythonSource): boolean {
  const list = node.getChild('ArgList');
  const [root = ''] = python.source
    .slice(node.from, list?.from)
    .replace(/^@/, '')
    .trim()
    .split(/[\s.(]/);
  return python.openhtf.has(root);
}

function nameArgument(list: SyntaxNode, python: PythonSource): SyntaxNode | undefined {
  const [first] = childrenOf(list).slice(1);
  if (first !== undefined && python.literal(first) !== null) return first;
  return itemsOf(list, python)?.find(({ keyword }) => keyword === 'name')?.value;
}

function isMeasurement(dictionary: SyntaxNode, python: PythonSource): boolean {
  const keys = dictionary.getChildren('String').map((text) => python.literal(text) ?? '');
  return keys.includes('name') && !keys.includes('measurements') && measurementKeys.some((key) => keys.includes(key));
}

function valueOfKey(dictionary: SyntaxNode, key: string, python: PythonSource): SyntaxNode | undefined {
  const text = dictionary
    .getChildren('String')
    .find((each) => python.literal(each) === key && each.nextSibling?.name === ':');
  return text?.nextSibling?.nextSibling ?? undefined;
}

/** `any`: the script does not say which. @throws LimitsRefusedError if several phases use it, or the way to it is computed */
export function phasesOf(declaration: LimitDeclaration, python: PythonSource): readonly string[] | 'any' {
  return declaration.kind === 'dictionary'
    ? phasesOfDictionary(declaration, python)
    : [openHtfPhase(declaration, python)];
}

function openHtfPhase(declaration: LimitDeclaration, python: PythonSource): string {
  const outer = chainOf(declaration.node);
  const decorator = decoratorOf(outer, declaration, python);
  const definition = decorator.parent?.getChild('FunctionDefinition');
  if (!definition) throw refusal('computed', decorator, python);
  refuseRepeated(definition, python);
  for (const each of decorator.parent?.getChildren('Decorator') ?? []) {
    const list = each.getChild('ArgList');
    if (list === null || !/(?:^|\.)PhaseOptions$/.test(calleeOf(each, python))) continue;
    const items = itemsOf(list, python);
    if (items === null) throw refusal('computed', each, python);
    const given = items.find(({ keyword }) => keyword === 'name')?.value;
    if (given === undefined) continue;
    const name = python.literal(given);
    if (name === null) throw refusal('computed', given, python);
    if (name.includes('{')) throw refusal('placeholder', given, python);
    return name;
  }
  const name = python.text(definition.getChild('VariableName'));
  refuseRenamed(name, python);
  return name;
}

/** Returns the outermost call of `htf.Measurement("a").in_range(…).doc(…)`. */
export function chainOf(node: SyntaxNode): SyntaxNode {
  let outer = node;
  for (;;) {
    const member = outer.parent;
    const call = member?.parent;
    if (member?.name !== 'MemberExpression' || call?.name !== 'CallExpression') return outer;
    if (member.firstChild?.from !== outer.from || call.firstChild?.to !== member.to) return outer;
    outer = call;
  }
}

function decoratorOf(node: SyntaxNode, declaration: LimitDeclaration, python: PythonSource): SyntaxNode {
  const [parent, owner] = ancestorsOf(node);
  if (parent?.name === 'ArgList' && owner !== undefined && measuresCallee.test(calleeOf(owner, python))) {
    return owner.name === 'Decorator' ? owner : decoratorOf(owner, declaration, python);
  }
  if (parent?.name === 'ArrayExpression' || parent?.name === 'TupleExpression') {
    return decoratorOf(parent, declaration, python);
  }
  if (parent?.name === 'Decorator') return parent;
  const name = parent?.name === 'AssignStatement' ? python.text(parent.firstChild) : '';
  const definition = definitionOf(name, python);
  if (definition === null || definition.from !== parent?.from || definition.lastChild?.from !== node.from) {
    throw refusal('computed', node, python);
  }
  const uses = usesOf(name, python).filter((use) => use.name === 'VariableName');
  const [use] = uses;
  if (use === undefined || uses.length > 1) {
    throw new LimitsRefusedError(
      'shared',
      name,
      declaration.line,
      uses.map(({ from }) => python.lineAt(from)),
    );
  }
  return decoratorOf(use, declaration, python);
}

/** Refuses phases that are used under another name: `PhaseOptions(name="a")(phase)`. */
function refuseRenamed(name: string, python: PythonSource): void {
  for (const use of usesOf(name, python)) {
    const call = use.parent?.parent;
    if (use.parent?.name !== 'ArgList' || call?.firstChild?.name !== 'CallExpression') continue;
    if (/(?:^|\.)PhaseOptions$/.test(calleeOf(call.firstChild, python))) throw refusal('shared', call, python);
  }
}

function phasesOfDictionary({ node }: LimitDeclaration, python: PythonSource): readonly string[] | 'any' {
  refuseRepeated(node, python);
  const ancestors = ancestorsOf(node);
  const phase = ancestors.find((each) => each.name === 'DictionaryExpression');
  const definition = ancestors.find((each) => each.name === 'FunctionDefinition');
  const functionName = python.text(definition?.getChild('VariableName') ?? null);
  if (phase !== undefined) {
    const name = valueOfKey(phase, 'name', python);
    const text = python.literal(name ?? null);
    if (name !== undefined && text === null) throw refusal('computed', name, python);
    if (text !== null) return definition === undefined ? [text] : [text, functionName];
  }
  if (definition === undefined) return 'any';
  if (functionName.startsWith('phase_')) return [functionName];
  const phases = python
    .nodes('DictionaryExpression')
    .filter(({ from, to }) => from >= definition.from && to <= definition.to)
    .filter((each) => entriesOf(each, python)?.some(({ key }) => key === 'measurements'));
  const names = phases.map((each) => python.literal(valueOfKey(each, 'name', python) ?? null));
  if (names.length === 1 && names[0] != null) return [names[0], functionName];
  const uses = usesOf(functionName, python).filter(({ from }) => from !== definition.getChild('VariableName')?.from);
  if (uses.length > 1) {
    throw new LimitsRefusedError(
      'shared',
      functionName,
      python.lineAt(node.from),
      uses.map(({ from }) => python.lineAt(from)),
    );
  }
  return 'any';
}

const repeats = /^(?:ForStatement|WhileStatement|LambdaExpression|.*ComprehensionExpression)$/;
const isPlain =
  /^(?:ArrayExpression|DictionaryExpression|TupleExpression|ParenthesizedExpression|ArgList|CallExpression|AssignStatement|ReturnStatement|ExpressionStatement|StatementGroup|Body|IfStatement|TryStatement|WithStatement|DecoratedStatement|FunctionDefinition|Script)$/;

/** Refuses what a loop, a computation, or a function with parameters around the declaring function creates. */
function refuseRepeated(node: SyntaxNode, python: PythonSource): void {
  let functions = node.name === 'FunctionDefinition' ? 1 : 0;
  for (const each of ancestorsOf(node)) {
    if (repeats.test(each.name)) throw refusal('repeated', each, python);
    if (!isPlain.test(each.name)) throw refusal('computed', each, python);
    if (each.name !== 'FunctionDefinition') continue;
    functions += 1;
    const parameters = each.getChild('ParamList');
    if (functions > 1 && parameters !== null && childrenOf(parameters).length > 2)
      throw refusal('repeated', each, python);
  }
}

export function refusal(
  reason: ConstructorParameters<typeof LimitsRefusedError>[0],
  node: SyntaxNode,
  python: PythonSource,
): LimitsRefusedError {
  const [text = ''] = python.text(node).split(/\r?\n/);
  return new LimitsRefusedError(reason, text, python.lineAt(node.from));
}
