// What a CEL expression may say, and of which type it is. The evaluator checks nothing before it runs, so that a
// misspelt field in a branch that is not taken would never come to light; and it bounds no loop, so there are none.
import type { parse } from '@bufbuild/cel';
import { nearestWord } from '../../policy/schema/suggest.ts';
import { patternFault } from './literal-pattern.ts';

export type Expr = ReturnType<typeof parse>['expr'];

/** What is wrong with an expression, at one of its parts. */
export interface ExpressionFault {
  readonly message: string;
  readonly hint: string;
  /** Of the part at fault, as the parser numbers them. */
  readonly id: bigint;
}

type Scalar = 'bool' | 'int' | 'string';
type ValueType = Scalar | 'int list' | 'string list' | 'string map' | 'rule' | 'group' | 'ports';

/** The fields of each object. */
const FIELDS_OF: Readonly<Record<'rule' | 'group' | 'ports', Readonly<Record<string, ValueType>>>> = {
  rule: {
    name: 'string',
    direction: 'string',
    action: 'string',
    protocol: 'string',
    ports: 'ports',
    portList: 'string',
    sourcePorts: 'ports',
    peer: 'string',
    peerKind: 'string',
    own: 'string',
    priority: 'int',
    nicType: 'string',
    description: 'string',
  },
  group: { id: 'string', name: 'string', account: 'string', region: 'string', tags: 'string map' },
  ports: { first: 'int', last: 'int' },
};

const WORDS: Partial<Record<ValueType, string>> = {
  bool: 'true or false',
  int: 'a whole number',
  string: 'a text',
};

const worded = (type: ValueType): string => WORDS[type] ?? `a ${type}`;

const VARIABLES: readonly string[] = ['rule', 'group'];

interface Signature {
  readonly takes: readonly ValueType[];
  readonly gives: ValueType;
}

const same = (types: readonly ValueType[], gives: ValueType): Signature[] =>
  types.map((type) => ({ takes: [type, type], gives }));

const COMPARED: readonly Signature[] = same(['int', 'string'], 'bool');
const EQUAL: readonly Signature[] = same(['bool', 'int', 'string'], 'bool');
const TEXTS: readonly Signature[] = same(['string'], 'bool');
const LOGIC: readonly Signature[] = same(['bool'], 'bool');

/** Operators under the parser's names, and methods with their target first. */
const FUNCTIONS: ReadonlyMap<string, readonly Signature[]> = new Map<string, readonly Signature[]>([
  ['_&&_', LOGIC],
  ['_||_', LOGIC],
  ['!_', [{ takes: ['bool'], gives: 'bool' }]],
  ['_==_', EQUAL],
  ['_!=_', EQUAL],
  ['_<_', COMPARED],
  ['_<=_', COMPARED],
  ['_>_', COMPARED],
  ['_>=_', COMPARED],
  ['_+_', [...same(['int'], 'int'), ...same(['string'], 'string')]],
  ['_-_', same(['int'], 'int')],
  ['_?_:_', (['bool', 'int', 'string'] as const).map((gives) => ({ takes: ['bool', gives, gives], gives }))],
  [
    '@in',
    [
      { takes: ['int', 'int list'], gives: 'bool' },
      { takes: ['string', 'string list'], gives: 'bool' },
      { takes: ['string', 'string map'], gives: 'bool' },
    ],
  ],
  ['_[_]', [{ takes: ['string map', 'string'], gives: 'string' }]],
  ['size', (['string', 'string map'] as const).map((type) => ({ takes: [type], gives: 'int' }))],
  ['startsWith', TEXTS],
  ['endsWith', TEXTS],
  ['contains', TEXTS],
  ['matches', TEXTS],
]);

export interface CheckedExpression {
  /** Null if the expression is sound and gives true or false. */
  readonly fault: ExpressionFault | null;
  /** Fields of the group that it names. */
  readonly asks: ReadonlySet<string>;
}

export function checkExpression(expr: Expr): CheckedExpression {
  const asks = new Set<string>();
  try {
    const type = typeOf(expr, asks);
    const message = `the expression gives ${worded(type)}`;
    const fault = type === 'bool' ? null : { id: expr.id, message, hint: 'it must give true or false' };
    return { fault, asks };
  } catch (error) {
    if (error instanceof FaultFound) return { fault: error.fault, asks };
    throw error;
  }
}

/** Ends the walk at the first fault. */
class FaultFound extends Error {
  readonly fault: ExpressionFault;

  constructor(id: bigint, message: string, hint: string) {
    super(message);
    this.fault = { id, message, hint };
  }
}

function typeOf(expr: Expr, asks: Set<string>): ValueType {
  const { exprKind: kind, id } = expr;
  switch (kind.case) {
    case 'constExpr':
      return constantType(kind.value.constantKind.case, id);
    case 'identExpr':
      if (kind.value.name === 'rule' || kind.value.name === 'group') return kind.value.name;
      throw new FaultFound(
        id,
        `there is no variable ${kind.value.name}`,
        nearestName(kind.value.name, VARIABLES),
      );
    case 'selectExpr':
      return selectType(kind.value, id, asks);
    case 'callExpr':
      return callType(kind.value, id, asks);
    case 'listExpr':
      return listType(kind.value.elements, id, asks);
    case 'comprehensionExpr':
      throw new FaultFound(
        id,
        'loops (all, exists, map, filter) are not allowed',
        'compare the fields one by one',
      );
    default:
      throw new FaultFound(id, 'maps and messages are not allowed', 'compare the fields one by one');
  }
}

function constantType(kind: string | undefined, id: bigint): Scalar {
  if (kind === 'boolValue') return 'bool';
  if (kind === 'int64Value') return 'int';
  if (kind === 'stringValue') return 'string';
  throw new FaultFound(
    id,
    'this kind of constant is not allowed',
    'write a whole number, a text, true or false',
  );
}

type Kind = Expr['exprKind'];
type SelectExpr = Extract<Kind, { case: 'selectExpr' }>['value'];
type CallExpr = Extract<Kind, { case: 'callExpr' }>['value'];

function selectType({ operand, field, testOnly }: SelectExpr, id: bigint, asks: Set<string>): ValueType {
  const owner = operand === undefined ? null : typeOf(operand, asks);
  if (owner === 'group') asks.add(field);
  if (owner === 'string map') return testOnly ? 'bool' : 'string';
  if (owner === 'rule' || owner === 'group' || owner === 'ports') {
    const fields = FIELDS_OF[owner];
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (type !== undefined) return testOnly ? 'bool' : type;
    throw new FaultFound(id, `${owner} has no field ${field}`, nearestName(field, Object.keys(fields)));
  }
  throw new FaultFound(id, `${owner === null ? 'this' : worded(owner)} has no fields`, '');
}

function callType(call: CallExpr, id: bigint, asks: Set<string>): ValueType {
  const given = [...(call.target === undefined ? [] : [call.target]), ...call.args].map((each) =>
    typeOf(each, asks),
  );
  const signatures = FUNCTIONS.get(call.function);
  if (signatures === undefined) {
    const names = [...FUNCTIONS.keys()].filter((name) => /^\w+$/.test(name) && !name.startsWith('_'));
    const hint = nearestName(call.function, names);
    throw new FaultFound(id, `there is no function ${nameOf(call.function)}`, hint);
  }
  const fitting = signatures.find(
    ({ takes }) => takes.length === given.length && takes.every((type, index) => type === given[index]),
  );
  if (fitting !== undefined) {
    if (call.function === 'matches') checkPattern(call.args.at(-1));
    return fitting.gives;
  }
  const message = `${nameOf(call.function)} does not take ${given.map(worded).join(' and ')}`;
  throw new FaultFound(id, message, 'ports and priorities are whole numbers, the rest is text');
}

/** A pattern that is put together of a rule's fields is known only when there is a rule. */
function checkPattern(pattern: Expr | undefined): void {
  if (pattern?.exprKind.case !== 'constExpr') return;
  const { constantKind } = pattern.exprKind.value;
  if (constantKind.case !== 'stringValue') return;
  const fault = patternFault(constantKind.value);
  if (fault === null) return;
  throw new FaultFound(
    pattern.id,
    `the pattern ${JSON.stringify(constantKind.value)} is not a regular expression: ${fault}`,
    'write it in the syntax of RE2 (no look-around, no back references); r"..." takes backslashes as they are',
  );
}

function listType(elements: readonly Expr[], id: bigint, asks: Set<string>): ValueType {
  const types = new Set(elements.map((each) => typeOf(each, asks)));
  const [type] = types;
  if (types.size === 1 && type === 'int') return 'int list';
  if (types.size === 1 && type === 'string') return 'string list';
  throw new FaultFound(id, 'a list holds whole numbers or texts, one at least', '');
}

/** `_==_` is how the parser calls `==`. */
const nameOf = (name: string): string => name.replaceAll('_', ' ').replace('@', '').trim();

function nearestName(written: string, known: readonly string[]): string {
  const nearest = nearestWord(written, known);
  return nearest === null ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`;
}
