// What of a revision is named as weaker protection.
import { describe, expect, it } from 'vitest';
import { weakenings } from '../../../../reconciler/judge/weakenings.ts';
import type { DesiredGroup, DesiredState, Mode } from '../../../../reconciler/model/group.ts';
import type { Expectation } from '../../../../reconciler/model/packets/pattern.ts';
import { desired } from '../../../support/plan-inputs.ts';
import { prefix, rule } from '../../../support/rule-sets.ts';

const at = (line: number) => ({ file: 'web.yaml', line, column: 1 });
const web = desired(rule({ ports: '443' }));

const group = (fields: Partial<DesiredGroup> = {}): DesiredGroup => ({
  account: 'default',
  region: 'cn-hangzhou',
  selector: { kind: 'id', id: 'sg-web' },
  mode: null,
  alone: false,
  ignore: [],
  rules: { ingress: [web], egress: [] },
  source: at(1),
  ...fields,
});

const expectation = (fields: Partial<Expectation> = {}): Expectation => ({
  name: 'web is reached',
  groups: ['sg-web'],
  kind: 'accept',
  pattern: {
    direction: 'ingress',
    services: [{ protocol: 'tcp', ports: { first: 443, last: 443 } }],
    peers: [prefix('10.0.0.0/8')],
    namesInternet: false,
    own: [],
    sourcePorts: null,
  },
  unknown: 'report',
  source: at(30),
  ...fields,
});

const wider: Expectation['pattern'] = {
  ...expectation().pattern,
  services: [
    { protocol: 'tcp', ports: { first: 400, last: 500 } },
    { protocol: 'udp', ports: null },
  ],
  peers: [prefix('10.0.0.0/7'), prefix('192.0.2.0/24')],
};

const state = (groups: readonly DesiredGroup[], expectations: readonly Expectation[] = []): DesiredState => ({
  revision: 'r',
  groups,
  expectations,
  guardrails: [],
});

const ignoring = (description: string) => ({ description, source: at(9) });

const shaped = (first: number, last: number) => ({
  ...ignoring('acs/*'),
  protocol: 'tcp' as const,
  ports: [{ first, last }],
  peers: [prefix('10.0.0.0/8')],
});

describe('a revision weakens protection', () => {
  it.each<[string, DesiredState, DesiredState, string]>([
    [
      'where it deletes an expectation',
      state([group()], [expectation()]),
      state([group()]),
      'the expectation "web is reached" is deleted',
    ],
    [
      'where it narrows an expectation',
      state([group()], [expectation()]),
      state(
        [group()],
        [expectation({ pattern: { ...expectation().pattern, peers: [prefix('10.0.0.0/9')] } })],
      ),
      'the expectation "web is reached" is changed',
    ],
    [
      'where an expectation is about fewer ports, though about more peers',
      state([], [expectation({ pattern: wider })]),
      state([], [expectation({ pattern: { ...wider, services: expectation().pattern.services } })]),
      'the expectation "web is reached" is changed',
    ],
    [
      'where an expectation is about one source port instead of any',
      state([], [expectation()]),
      state([], [expectation({ pattern: { ...wider, sourcePorts: { first: 1024, last: 65535 } } })]),
      'the expectation "web is reached" is changed',
    ],
    [
      'where an expectation is about fewer groups',
      state([], [expectation({ groups: ['sg-web', 'sg-db'] })]),
      state([], [expectation()]),
      'the expectation "web is reached" is changed',
    ],
    [
      'where an unknown expectation does not block any more',
      state([], [expectation({ unknown: 'block' })]),
      state([], [expectation()]),
      'the expectation "web is reached" is changed',
    ],
    [
      'where it adds an ignore pattern',
      state([group()]),
      state([group({ ignore: [ignoring('acs/*')] })]),
      'an ignore pattern of sg-web leaves rules alone that were not left alone before',
    ],
    [
      'where it widens an ignore pattern',
      state([group({ ignore: [ignoring('acs/*')] })]),
      state([group({ ignore: [ignoring('a*')] })]),
      'an ignore pattern of sg-web leaves rules alone that were not left alone before',
    ],
    [
      'where it takes the shape of an ignore pattern wider',
      state([group({ ignore: [shaped(443, 500)] })]),
      state([group({ ignore: [shaped(443, 501)] })]),
      'an ignore pattern of sg-web leaves rules alone that were not left alone before',
    ],
    [
      'where it believes a text within a shape',
      state([group({ ignore: [ignoring('acs/*')] })]),
      state([group({ ignore: [shaped(443, 443)] })]),
      'an ignore pattern of sg-web leaves rules alone that were not left alone before',
    ],
    [
      'where rules that others made stay from now on',
      state([group()]),
      state([group({ ownership: 'declared' })]),
      'sg-web turns to ownership declared: rules that others made stay',
    ],
    [
      'where it turns a group to observe',
      state([group()]),
      state([group({ mode: 'observe' })]),
      'sg-web turns from mode enforce to observe: nothing is written any more',
    ],
    [
      'where it turns a group to additive',
      state([group({ mode: 'enforce' })]),
      state([group({ mode: 'additive' })]),
      'sg-web turns from mode enforce to additive: nothing is removed any more',
    ],
    [
      'where a direction is no longer managed',
      state([group()]),
      state([group({ rules: { ingress: [web], egress: null } })]),
      'egress of sg-web is no longer managed: its rules stay as they are',
    ],
  ])('a revision weakens protection %s', (_title, before, after, message) => {
    expect(weakenings(before, after).map((each) => each.message)).toEqual([message]);
    expect(weakenings(before, before)).toEqual([]);
  });

  it('and says where', () => {
    const added = state([group({ ignore: [ignoring('acs/*')] })]);
    expect(weakenings(state([group()]), added)).toMatchObject([
      { kind: 'ignore', group: 'sg-web', source: at(9) },
    ]);
  });
});

describe('a revision weakens nothing', () => {
  it.each<[string, DesiredState, DesiredState, Mode?]>([
    ['where rules change', state([group()]), state([group({ rules: { ingress: [], egress: [] } })])],
    [
      'where an expectation has another name and place',
      state([], [expectation()]),
      state([], [expectation({ name: 'web', source: at(3) })]),
    ],
    [
      'where an expectation demands more',
      state([], [expectation()]),
      state([], [expectation({ pattern: wider })]),
    ],
    [
      'where an ignore pattern is narrowed',
      state([group({ ignore: [ignoring('acs/*')] })]),
      state([group({ ignore: [ignoring('acs/lb-*')] })]),
    ],
    [
      'where the shape of an ignore pattern is narrowed',
      state([group({ ignore: [shaped(443, 500)] })]),
      state([group({ ignore: [shaped(443, 450)] })]),
    ],
    ['where a group is new', state([]), state([group({ mode: 'observe', ignore: [ignoring('*')] })])],
    [
      'where a group writes out the default mode',
      state([group()]),
      state([group({ mode: 'observe' })]),
      'observe',
    ],
    ['where a group is enforced', state([group({ mode: 'observe' })]), state([group({ mode: 'enforce' })])],
  ])('a revision weakens nothing %s', (_title, before, after, defaultMode) => {
    expect(weakenings(before, after, defaultMode)).toEqual([]);
  });
});
