import { describe, expect, it } from 'vitest';
import { DEFAULT_QUIRKS } from '../../../../emulator/quirks.ts';
import { parseQuirk, parseQuirks } from '../../../../emulator/admin/quirks-input.ts';

describe('NAME=VALUE', () => {
  it.each([
    ['apiLevel=legacy2019', { apiLevel: 'legacy2019' }],
    ['batchAtomic=false', { batchAtomic: false }],
    ['describeLagMs=500', { describeLagMs: 500 }],
    ['priorityType=string', { priorityType: 'string' }],
    ['rateLimits={"AuthorizeSecurityGroup":60}', { rateLimits: { AuthorizeSecurityGroup: 60 } }],
  ])('NAME=VALUE: %s', (text, quirk) => {
    expect(parseQuirk(text)).toEqual(quirk);
  });

  it.each([
    ['no value', 'batchAtomic', 'expected NAME=VALUE'],
    ['no name', '=1', 'expected NAME=VALUE'],
    ['an unknown name', 'batchatomic=true', 'Quirks are: apiLevel, legacyModifies'],
    ['a name every object has', 'constructor=1', 'expected NAME=VALUE'],
    ['a value of another quirk', 'reauthorize=mask', '"ignore"|"overwriteDescription"'],
    ['a word for a number', 'describeLagMs=soon', 'describeLagMs: '],
    ['a fraction', 'ruleQuota=1.5', 'ruleQuota: '],
    ['a negative number', 'ruleQuota=-1', 'ruleQuota: '],
    ['a limit for no action', 'rateLimits={"Authorise":60}', 'no action Authorise; the actions are '],
    ['a limit for __proto__', 'rateLimits={"__proto__":60}', 'no action __proto__; the actions are '],
  ])('refuses %s', (_name, text, words) => {
    expect(() => parseQuirk(text)).toThrow(words);
  });
});

describe('a JSON object', () => {
  it('is put over the quirks that hold', () => {
    const base = { ...DEFAULT_QUIRKS, ruleQuota: 5 };
    expect(parseQuirks({ batchAtomic: false }, base)).toEqual({ ...base, batchAtomic: false });
    expect(parseQuirks({})).toEqual(DEFAULT_QUIRKS);
  });

  it('has all its problems named at once', () => {
    const parse = () => parseQuirks({ pageOrder: 'random', lag: 5, ruleQuota: '7' });
    for (const word of ['pageOrder', '"insertion"|"shuffled"', 'lag', 'ruleQuota'])
      expect(parse).toThrow(word);
  });

  it.each([[null], [[]], [5], ['batchAtomic=false']])('is not %j', (json) => {
    expect(() => parseQuirks(json)).toThrow('expected an object');
  });

  it('cannot reach the prototype', () => {
    expect(() => parseQuirks(JSON.parse('{"__proto__":{"ruleQuota":0}}'))).toThrow('__proto__');
  });
});
