// Ids of a state file. People who write one by hand may leave them out; ids that are made up here are made of names and
// places, so that the same file always gives the same ones, and none is one that the file has already.

type Fields = Readonly<Record<string, unknown>>;

const isFields = (json: unknown): json is Fields =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** The lists of a state file, and what names their items. */
const KINDS = [
  { list: 'securityGroups', id: 'SecurityGroupId', name: 'SecurityGroupName', prefix: 'sg' },
  { list: 'prefixLists', id: 'PrefixListId', name: 'PrefixListName', prefix: 'pl' },
  { list: 'portRangeLists', id: 'PortRangeListId', name: 'PortRangeListName', prefix: 'prl' },
] as const;
type Kind = (typeof KINDS)[number];

const RULES = 'Permissions';
const RULE_ID = 'SecurityGroupRuleId';

type Path = ReadonlyArray<string | number>;

/** Every id that is written in the file, with its place. */
function* writtenIds(file: Fields): Generator<readonly [id: string, path: Path]> {
  for (const { list, id } of KINDS) {
    for (const [index, item] of itemsOf(file[list]).entries()) {
      if (!isFields(item)) continue;
      const own = item[id];
      if (typeof own === 'string') yield [own, [list, index, id]];
      for (const [place, rule] of itemsOf(item[RULES]).entries()) {
        const ruleId = isFields(rule) ? rule[RULE_ID] : undefined;
        if (typeof ruleId === 'string') yield [ruleId, [list, index, RULES, place, RULE_ID]];
      }
    }
  }
}

const itemsOf = (json: unknown): readonly unknown[] => (Array.isArray(json) ? json : []);

/** The file with an id for every group, list and rule that has none. What is no state file stays as it is. */
export function withIds(json: unknown): unknown {
  if (!isFields(json)) return json;
  const taken = new Set<string>();
  for (const [id] of writtenIds(json)) taken.add(id);
  const file: Record<string, unknown> = { ...json };
  for (const kind of KINDS) {
    const items = json[kind.list];
    if (Array.isArray(items)) {
      file[kind.list] = items.map((item: unknown, index) => itemWithIds(item, index + 1, { kind, taken }));
    }
  }
  return file;
}

function itemWithIds(
  item: unknown,
  place: number,
  { kind, taken }: { readonly kind: Kind; readonly taken: Set<string> },
): unknown {
  if (!isFields(item)) return item;
  const id = item[kind.id] ?? freeId(stemOf(item[kind.name], place), kind.prefix, taken);
  const rules = item[RULES];
  const lacksRuleIds = Array.isArray(rules) && rules.some((rule) => isFields(rule) && lacksId(rule));
  if (id === item[kind.id] && !lacksRuleIds) return item;
  return {
    ...item,
    [kind.id]: id,
    ...(lacksRuleIds ? { [RULES]: rulesWithIds(rules, stemOfGroup(id, place), taken) } : {}),
  };
}

const lacksId = (rule: Fields): boolean => rule[RULE_ID] === undefined;

const rulesWithIds = (rules: readonly unknown[], group: string, taken: Set<string>): unknown[] =>
  rules.map((rule, index) => {
    if (!isFields(rule) || !lacksId(rule)) return rule;
    return { ...rule, [RULE_ID]: numberedId(`sgr-${group}`, index + 1, taken) };
  });

const isStem = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);

const stemOf = (name: unknown, place: number): string | number => (isStem(name) ? name : place);

/** What follows `sg-`; a group id that is malformed has its own complaint, and its rules none. */
function stemOfGroup(id: unknown, place: number): string {
  const stem = typeof id === 'string' ? id.replace(/^sg-/, '') : '';
  return isStem(stem) ? stem : String(place);
}

function freeId(stem: string | number, prefix: string, taken: Set<string>): string {
  if (typeof stem === 'number') return numberedId(prefix, stem, taken);
  const id = `${prefix}-${stem}`;
  if (taken.has(id)) return numberedId(id, 2, taken);
  taken.add(id);
  return id;
}

/** The first of `stem-number`, `stem-(number + 1)`, ... that nothing has. */
function numberedId(stem: string, number: number, taken: Set<string>): string {
  for (let each = number; ; each += 1) {
    const id = `${stem}-${each}`;
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}

export interface RepeatedId {
  readonly path: Path;
  readonly message: string;
}

/** Ids that stand twice: a call that names one would mean two things. */
export function repeatedIds(json: unknown): RepeatedId[] {
  if (!isFields(json)) return [];
  const first = new Map<string, Path>();
  const repeated: RepeatedId[] = [];
  for (const [id, path] of writtenIds(json)) {
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, path);
    else {
      const where = earlier.slice(0, -1).join('.');
      repeated.push({ path, message: `the id ${id} is that of ${where} already: write another, or none` });
    }
  }
  return repeated;
}
