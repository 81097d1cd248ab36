// What the "characters" of a description are (quirk descriptionUnit), wherever something is described.
import { describe, expect, it } from 'vitest';
import { EmulatedWorld, permission, type RequestParams } from '../../support/emulated-world.ts';

const ROCKET = '🚀'; // one code point, two UTF-16 units, four bytes
const UMLAUT = 'ü'; // two bytes
const UNITS = ['codePoints', 'utf16', 'bytes'] as const;

type Unit = (typeof UNITS)[number];

/** How many of a text fit into so many of a unit. */
const fitting = (text: string, most: number, unit: Unit): number => {
  const size = { codePoints: 1, utf16: text.length, bytes: Buffer.byteLength(text) }[unit];
  return Math.floor(most / size);
};

interface Described {
  readonly action: string;
  readonly most: number;
  readonly code: string;
  readonly with: (text: string) => RequestParams;
}

const LISTS = { MaxEntries: '1', PrefixListName: 'new', AddressFamily: 'IPv4', PortRangeListName: 'new' };

const DESCRIBED: readonly Described[] = [
  {
    action: 'AuthorizeSecurityGroup',
    most: 512,
    code: 'InvalidSecurityGroupDiscription.Malformed',
    with: (Description) => ({
      SecurityGroupId: 'sg-web',
      ...permission(1, { IpProtocol: 'GRE', PortRange: '-1/-1', SourceCidrIp: '10.9.0.0/16', Description }),
    }),
  },
  {
    action: 'CreateSecurityGroup',
    most: 256,
    code: 'InvalidSecurityGroupDiscription.Malformed',
    with: (Description) => ({ VpcId: 'vpc-1', Description }),
  },
  {
    action: 'ModifySecurityGroupAttribute',
    most: 256,
    code: 'InvalidSecurityGroupDiscription.Malformed',
    with: (Description) => ({ SecurityGroupId: 'sg-web', Description }),
  },
  {
    action: 'CreatePrefixList',
    most: 256,
    code: 'InvalidDescription.Malformed',
    with: (Description) => ({ ...LISTS, Description }),
  },
  {
    action: 'CreatePortRangeList',
    most: 32,
    code: 'InvalidParameter',
    with: (text) => ({ ...LISTS, 'Entry.1.PortRange': '80/80', 'Entry.1.Description': text }),
  },
];

const cases = DESCRIBED.flatMap((described) =>
  UNITS.flatMap((unit) => [ROCKET, UMLAUT].map((text) => ({ ...described, unit, text }))),
);

describe('the longest description', () => {
  it.each(cases)(
    'of $action is of $most $unit, in "$text"',
    ({ action, most, code, with: of, unit, text }) => {
      const count = fitting(text, most, unit);
      const call = (length: number) =>
        new EmulatedWorld(undefined, { descriptionUnit: unit }).call(action, of(text.repeat(length)));
      expect(call(count)).toMatchObject({ ok: true });
      expect(call(count + 1)).toMatchObject({ ok: false, status: 400, code });
    },
  );
});

it('A group described by one emoji has too short a text in code points, and long enough a one in the other units', () => {
  const codes = UNITS.map((descriptionUnit) => {
    const world = new EmulatedWorld(undefined, { descriptionUnit });
    return world.call('CreateSecurityGroup', { VpcId: 'vpc-1', Description: ROCKET }).ok;
  });
  expect(codes).toEqual([false, true, true]);
});
