// Hand-made mistakes in the engine: each one somebody could make, and none that a test may miss.

export interface Mutation {
  /** The mistake in a few words. */
  readonly name: string;
  /** Below reconciler/. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export const EXPOSURE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a tie is decided by the box, not by drop',
    file: 'exposure/universe.ts',
    find: 'if (a.rank !== b.rank) return a.rank - b.rank;',
    replace: 'if (a.rank >> 1 !== b.rank >> 1) return (a.rank >> 1) - (b.rank >> 1);',
  },
  {
    name: 'decide lets accept win a tie',
    file: 'exposure/decide.ts',
    find: 'ruleRank(rule) < ruleRank(other) ||',
    replace: '(ruleRank(rule) ^ 1) < (ruleRank(other) ^ 1) ||',
  },
  {
    name: 'a port range without its first port',
    file: 'exposure/matches.ts',
    find: 'range.first <= port && port',
    replace: 'range.first < port && port',
  },
  {
    name: 'an atom one value too long',
    file: 'exposure/axis.ts',
    find: 'next - 1n',
    replace: 'next',
  },
  {
    name: 'a clause that ends one atom early',
    file: 'exposure/explore.ts',
    find: '(hi + 1) * size + position',
    replace: 'hi * size + position',
  },
  {
    name: 'cut one dimension early',
    file: 'exposure/explore.ts',
    find: 'table.nextConstrained(clause, from) < table.dimensions',
    replace: 'table.nextConstrained(clause, Math.min(from + 1, table.dimensions)) < table.dimensions',
  },
  {
    name: 'a clause behind the winner counts too',
    file: 'exposure/explore.ts',
    find: '      open &= ~entry;\n',
    replace: '',
  },
  {
    name: 'the tail loses what says otherwise',
    file: 'exposure/explore.ts',
    find: 'if (label === winners[state])',
    replace: 'if (label !== winners[state])',
  },
  {
    name: 'trimming does not stop at what matters',
    file: 'exposure/explore.ts',
    find: '        else trimming &= ~bit;\n',
    replace: '',
  },
  {
    name: 'settled without looking at the fallback',
    file: 'exposure/explore.ts',
    find: '      if (label !== -1 && winner !== label) return false;\n',
    replace: '',
  },
  {
    name: 'settled without looking at the list',
    file: 'exposure/explore.ts',
    find: '      if (both !== 0 && both !== pair) return false;\n',
    replace: '',
  },
  {
    name: 'the memo forgets the fallback',
    file: 'exposure/explore.ts',
    find: 'exactKey(dimension, rest.winners, rest.entries)',
    replace: 'exactKey(dimension, [], rest.entries)',
  },
  {
    name: 'unchanged clauses are irrelevant',
    file: 'exposure/explore.ts',
    find: 'differing.some((other) => table.overlap(clause, other))',
    replace: 'false',
  },
  {
    name: 'an answer out of budget is believed',
    file: 'exposure/explore.ts',
    find: 'meter.isSpent ? null : {',
    replace: '{',
  },
  {
    name: 'what was not looked at is like what was found',
    file: 'exposure/explore.ts',
    find: 'if (from <= frame.hi) {',
    replace: 'if (false) {',
  },
  {
    name: 'nodes of different dimensions are one',
    file: 'exposure/diagram.ts',
    find: 'exactKey(dimension, mergedEnds, mergedChildren)',
    replace: 'exactKey(0, mergedEnds, mergedChildren)',
  },
  {
    name: 'the wrong end survives a merge',
    file: 'exposure/diagram.ts',
    find: 'if (child === children[edge + 1]) continue;',
    replace: 'if (child === children[edge - 1]) continue;',
  },
  {
    name: 'a set of bits stops at a word',
    file: 'exposure/bit-set.ts',
    find: 'if (next === undefined) return -1;',
    replace: 'if (next === undefined || next === 0) return -1;',
  },
  {
    name: 'edges of a node overlap by an atom',
    file: 'exposure/region.ts',
    find: 'lo = hi + 1;',
    replace: 'lo = hi;',
  },
  {
    name: 'a span over the middle counts for its lower half only',
    file: 'exposure/prefix-cover.ts',
    find: 'straddles ? lowEnd - 1 : lowEnd',
    replace: 'lowEnd',
  },
  {
    name: 'one family is taken for both',
    file: 'exposure/join-families.ts',
    find: 'if (families.size === 1 && !hasOneFamily(symbolic, context)) joined.push(...alike);',
    replace: 'if (false) joined.push(...alike);',
  },
  {
    name: 'a removed rule is blamed beside the added one',
    file: 'exposure/effects.ts',
    find: 'then === OURS && now < CHANGED',
    replace: 'then === OURS',
  },
  {
    name: 'an added drop may open',
    file: 'exposure/comparison.ts',
    find: '=== AFTER) === universe.table.accepts(clause)',
    replace: '=== AFTER) !== universe.table.accepts(clause)',
  },
  {
    name: 'containment the wrong way round',
    file: 'exposure/contains.ts',
    find: 'byInner && !byOuter',
    replace: 'byOuter && !byInner',
  },
  {
    name: 'ICMP counts for IPv6',
    file: 'exposure/rule-boxes.ts',
    find: "if (rule.protocol === 'icmp' && family === 'ipv6') return false;",
    replace: '',
  },
  {
    name: 'a list of one family counts for both',
    file: 'exposure/rule-boxes.ts',
    find: 'if (list !== undefined && list.family !== family) return [];',
    replace: '',
  },
  {
    name: 'open members ask the rules',
    file: 'exposure/rule-boxes.ts',
    find: 'peer.id === context.id && membersAreOpen(context)',
    replace: 'false',
  },
  {
    name: 'egress of an enterprise group is open',
    file: 'exposure/context.ts',
    find: "direction === 'egress' && context.type === 'normal'",
    replace: "direction === 'egress'",
  },
  {
    name: 'a rule covers itself',
    file: 'exposure/deciders.ts',
    find: 'question.present.with(rule, 0)',
    replace: 'question.present.with(rule, 1)',
  },
  {
    name: 'a twin counts as stronger',
    file: 'exposure/anomalies.ts',
    find: 'if (ruleRank(theirs) < ruleRank(ours)) return STRONGER;',
    replace: 'if (ruleRank(theirs) <= ruleRank(ours)) return STRONGER;',
  },
  {
    name: 'rules that cover each other both go',
    file: 'exposure/anomalies.ts',
    find: 'if (found?.has(WEAKER_OTHERWISE) !== true) present[rule] = 0;',
    replace: 'present[rule] = 0;',
  },
  {
    name: 'regions that differ in two fields are put together',
    file: 'exposure/compact.ts',
    find: "(index === dimension ? '' :",
    replace: "(index === dimension || index > 4 ? '' :",
  },
  {
    name: 'TCP hides in a range of protocol numbers',
    file: 'exposure/services.ts',
    find: '[first, 6n, 7n, 17n, 18n]',
    replace: '[first, 6n, 17n, 18n]',
  },
  {
    name: 'rules that say the same are forgotten',
    file: 'exposure/universe.ts',
    find: 'rules: [...previous.rules, ...clause.rules]',
    replace: 'rules: previous.rules',
  },
  {
    name: 'a group of empty words ends a set of bits',
    file: 'exposure/bit-set.ts',
    find: 'if (before === 0 || after === 0)',
    replace: 'if (before === 0)',
  },
  {
    name: 'a symbol is no constraint behind the fields',
    file: 'exposure/clause-table.ts',
    find: 'let next = this.#nextSymbol(clause, FIELD_COUNT);',
    replace: 'let next = this.dimensions;',
  },
  {
    name: 'clauses that differ in their symbols are one',
    file: 'exposure/universe.ts',
    find: 'return compareSymbols(a.symbols, b.symbols);',
    replace: 'return 0;',
  },
  {
    name: 'one intricate rule takes the budget of the others',
    file: 'exposure/effects.ts',
    find: 'exactParts(compared, changes, new Meter(fairShare)) ??',
    replace: '',
  },
  {
    name: 'boxes are written that the meter cannot pay',
    file: 'exposure/box-writer.ts',
    find: 'services.length * peers.length * owns.length *',
    replace: '',
  },
];

export const PLAN_MUTATIONS: readonly Mutation[] = [
  {
    name: 'authorizations from the weakest up',
    file: 'plan/schedule.ts',
    find: 'if (!precedes(node.item, other.item)) continue;',
    replace: 'if (!precedes(other.item, node.item)) continue;',
  },
  {
    name: 'no conflict between the actions',
    file: 'plan/region.ts',
    find: 'first.rank < later.rank && first.action !== later.action &&',
    replace: 'first.rank < later.rank && first.action === later.action &&',
  },
  {
    name: 'domination without rank',
    file: 'plan/region.ts',
    find: 'winner.rank <= loser.rank && covers(winner, loser)',
    replace: 'covers(winner, loser)',
  },
  {
    name: 'a symbol never meets a prefix',
    file: 'plan/region.ts',
    find: "return a.kind === 'symbol' || b.kind === 'symbol' || addressesMeet(a, b);",
    replace: "return a.kind !== 'symbol' && b.kind !== 'symbol' && addressesMeet(a, b);",
  },
  {
    name: 'touching ranges do not meet',
    file: 'plan/region.ts',
    find: 'a.first <= b.last && b.first <= a.last;\n\nconst rangeCovers',
    replace: 'a.first < b.last && b.first < a.last;\n\nconst rangeCovers',
  },
  {
    name: 'items go early without being safe',
    file: 'plan/schedule.ts',
    find: 'node.waitingFor === 0 || options.mayGoEarly(node.item)',
    replace: 'true',
  },
  {
    name: 'a batch of one too many',
    file: 'plan/schedule.ts',
    find: '.slice(0, options.batchSize)',
    replace: '.slice(0, options.batchSize + 1)',
  },
  {
    name: 'the revoking half is not turned round',
    file: 'plan/order.ts',
    find: '...backwards(toSteps(going, options, overrules, foresight?.revoking())),',
    replace: '...toSteps(going, options, overrules, foresight?.revoking()),',
  },
  {
    name: 'no look at the cloud between the halves',
    file: 'plan/order.ts',
    find: 'brings || between.length > 0 ? checkpointFirst(revoking) : revoking',
    replace: 'revoking',
  },
  {
    name: 'twins change before the others were seen',
    file: 'plan/order.ts',
    find: 'brings ? checkpointFirst(between) : between',
    replace: 'between',
  },
  {
    name: 'twins of another priority come last',
    file: 'plan/order.ts',
    find: '    ...(brings ? checkpointFirst(between) : between),\n    ...(brings || between.length > 0 ? checkpointFirst(revoking) : revoking),',
    replace: '    ...(brings ? checkpointFirst(revoking) : revoking),\n    ...between,',
  },
  {
    name: 'the proof is blind to parts of a batch',
    file: 'plan/verify.ts',
    find: 'if (batchesAtomic || event.isAtomic) {',
    replace: 'if (true) {',
  },
  {
    name: 'the proof is blind to other groups',
    file: 'plan/between.ts',
    find: 'return accepts(now) !== accepts(before) || now < strong || now > weak;',
    replace: 'return accepts(now) !== accepts(before);',
  },
  {
    name: 'Modify empties a field',
    file: 'plan/pair.ts',
    find: '(from.sourcePorts === null || to.sourcePorts !== null) &&',
    replace: '',
  },
  {
    name: 'quota off by one',
    file: 'plan/quota.ts',
    find: 'load.rules <= quota.rules &&',
    replace: 'load.rules <= quota.rules + 1 &&',
  },
  {
    name: 'a list counts as one rule',
    file: 'plan/quota.ts',
    find: '(sizes[peer.id] ?? 1) : 1;',
    replace: '1 : 1;',
  },
  {
    name: 'the safe side is the other one',
    file: 'plan/one-sided.ts',
    find: "promise === 'neverOpen' ? 'accept' : 'drop'",
    replace: "promise === 'neverOpen' ? 'drop' : 'accept'",
  },
  {
    name: 'crossing pairs that wait for each other',
    file: 'plan/safe-pairs.ts',
    find: '    if (chosen.some((other) => meets(other, pair) || meets(pair, other))) continue;\n',
    replace: '',
  },
  {
    name: 'a crossing pair over rules that depend on it',
    file: 'plan/safe-pairs.ts',
    find: 'mayGo(from.region) && mayCome(to.region)',
    replace: 'mayGo(from.region)',
  },
  {
    name: 'Modify across kinds of peers',
    file: 'plan/pair.ts',
    find: '  if (from.kind !== to.kind) return false;\n',
    replace: '',
  },
  {
    name: 'Modify between a range and a list of ports',
    file: 'plan/pair.ts',
    find: "    (from.ports.kind === 'list') === (to.ports.kind === 'list') &&\n",
    replace: '',
  },
  {
    name: 'a rule that an ignored one fulfils is added again',
    file: 'plan/diff.ts',
    find: '  for (const { rule } of unmanaged) missing.delete(ruleIdentity(rule));\n',
    replace: '',
  },
  {
    name: 'duplicates in the cloud stay',
    file: 'plan/diff.ts',
    find: '    surplus.push(...twins.filter((twin) => twin !== kept));\n',
    replace: '    if (kept === undefined) surplus.push(...twins);\n',
  },
  {
    name: 'a temporary rule may be a twin of another one',
    file: 'plan/temporary.ts',
    find: 'rule !== null && !taken.has(looseIdentity(rule))',
    replace: 'rule !== null',
  },
  {
    name: 'two desired rules of one identity are allowed',
    file: 'plan/diff.ts',
    find: 'if (byIdentity.size < rules.length) {',
    replace: 'if (false) {',
  },
  {
    name: 'an answer of the search is believed in another state',
    file: 'plan/search.ts',
    find: '((intAt(one, word) ^ intAt(other, word)) & bits) === 0',
    replace: '((intAt(one, word) ^ intAt(other, word)) & bits & 1) === 0',
  },
  {
    name: 'the proof takes the box of a rule for that of the first one',
    file: 'plan/between.ts',
    find: 'this.#boxes.get(rule);',
    replace: 'this.#boxes.values().next().value;',
  },
];
