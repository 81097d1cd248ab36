// The shape of a policy file, once: it checks files, and policies/schema.json for editors is made from it.
import { z } from 'zod';
import { MODES } from '../../model/group.ts';
import { MAX_DESCRIPTION_LENGTH } from '../../model/rule.ts';
import { regionHint } from '../built-in/regions.ts';
import { quote } from '../read/complaint.ts';
import { ignorePatternSchema } from './ignore-schema.ts';
import { parseInstant } from './instant.ts';
import { badId, PORT_LIST_ID } from './peer-text.ts';
import { expectSchema, MAX_EXPECTATIONS } from './pattern/pattern-schema.ts';
import {
  countOf,
  definitionName,
  groupId,
  oneOrMore,
  ownSide,
  textParsedBy,
  peers,
  peerText,
  failsWith,
  serviceText,
  shaped,
  trafficKeys,
} from './schema-words.ts';

/** Bounds on lists whose members are compared with every rule or sent with every request. */
export const MAX_IGNORE_PATTERNS = 100;
const MAX_TAGS = 20;

const ruleKeys = {
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({
      description: 'A handle for people, unique in group and direction; plans show it.',
      examples: ['https'],
    }),
  ...trafficKeys,
  portList: shaped(PORT_LIST_ID, (text) => badId(text, 'a port list'), {
    description: 'A port list of the cloud, instead of ports.',
    examples: ['prl-bp1app'],
  }).optional(),
  action: z.enum(['accept', 'drop']).default('accept').meta({
    description: 'At the same priority, drop wins.',
  }),
  priority: z.int().min(1).max(100).default(1).meta({ description: '1 is the strongest, 100 the weakest.' }),
  nicType: z.enum(['intranet', 'internet']).default('intranet').meta({
    description: 'Only for groups in a classic network; every rule in a VPC is of type intranet.',
  }),
  description: z.string().optional().meta({
    description:
      "Shown in the cloud's console. Absent: the text there is left as it is (the API cannot clear one).",
    minLength: 1,
    maxLength: MAX_DESCRIPTION_LENGTH,
  }),
  expires: textParsedBy(parseInstant, {
    description: 'An instant with its zone, from which on the rule is not desired.',
    examples: ['2027-01-31T18:00:00Z'],
    format: 'date-time',
  }).optional(),
};

type RuleKeys = Partial<Record<'protocol' | 'ports' | 'portList' | 'services', unknown>>;

const checkRuleKeys = <Schema extends z.ZodType<RuleKeys>>(schema: Schema): Schema =>
  schema
    .refine(
      (rule) => countOf(rule.protocol, rule.services) === 1,
      failsWith({
        code: 'protocol-or-services',
        message: 'a rule needs either a protocol or services',
        hint: 'write protocol and ports, or services alone',
      }),
    )
    .refine(
      (rule) => countOf(rule.ports, rule.portList) <= 1,
      failsWith({
        code: 'ports-and-port-list',
        message: 'ports and portList are both there',
        hint: 'keep one of them; for both, write two rules',
      }),
    )
    .refine(
      (rule) => rule.services === undefined || countOf(rule.ports, rule.portList) === 0,
      failsWith({
        code: 'services-and-ports',
        message: 'services say their ports themselves',
        hint: 'remove ports and portList, or write protocol instead of services',
      }),
    )
    .meta({ oneOf: [{ required: ['protocol'] }, { required: ['services'] }] });

export const ingressRuleSchema = checkRuleKeys(
  z.strictObject({
    ...ruleKeys,
    from: peers('Who may (or may not) connect: one or a list.'),
    to: ownSide.optional(),
  }),
);

export const egressRuleSchema = checkRuleKeys(
  z.strictObject({
    ...ruleKeys,
    to: peers('Whom members may (or may not) connect to: one or a list.'),
    from: ownSide.optional(),
  }),
);

const groupKeys = {
  id: groupId.optional(),
  name: z.string().min(2).max(128).optional().meta({
    description: 'Instead of id: the one group of this name. None or several of that name: an error.',
  }),
  tags: z
    .record(z.string(), z.string().max(128))
    .refine((tags) => Object.keys(tags).length >= 1 && Object.keys(tags).length <= MAX_TAGS, {
      error: `specify 1 to ${MAX_TAGS} tags`,
      params: { code: 'tag-count', hint: 'write tags: {Key: Value}' },
    })
    .optional()
    .meta({
      description: 'Instead of id: every group that has all of these tags.',
      examples: [{ Tier: 'web' }],
      minProperties: 1,
      maxProperties: MAX_TAGS,
    }),
  region: shaped(
    /^[a-z]{2}(-[a-z0-9]+)+$/,
    (text) => ({
      code: 'bad-region',
      message: `${quote(text)} is not the id of a region`,
      hint: regionHint(text) || 'write it as the cloud does, such as `cn-hangzhou`',
    }),
    { description: 'Id of the region.', examples: ['cn-hangzhou'] },
  ),
  account: z.string().min(1).default('default').meta({ description: 'An account of the config, by name.' }),
  mode: z.enum(MODES).optional().meta({
    description: 'enforce; additive: never removes; observe: never writes. Absent: as the config says.',
  }),
  alone: z.boolean().default(false).meta({
    description:
      'Whether the interfaces of its members have no other security group. A full group has more ways to change then.',
  }),
  ownership: z.enum(['exclusive', 'declared']).default('exclusive').meta({
    description:
      'exclusive: rules that no policy declares are drift. declared: only rules that Rampart brought or adopted are removed or changed.',
  }),
  ignore: z.array(ignorePatternSchema).max(MAX_IGNORE_PATTERNS).default([]).meta({
    description:
      'Rules of the cloud to leave alone: those that fit all fields of a pattern. An error if it would hide a declared rule.',
  }),
};

export const groupSchema = z
  .strictObject({
    ...groupKeys,
    ingress: z.array(ingressRuleSchema).optional().meta({
      description: 'All ingress rules; [] means none. Absent: ingress is not managed.',
    }),
    egress: z.array(egressRuleSchema).optional().meta({
      description: 'All egress rules; [] means none. Absent: egress is not managed.',
    }),
  })
  .refine(
    ({ id, name, tags }) => countOf(id, name, tags) === 1,
    failsWith({
      code: 'group-selector',
      message: 'specify exactly one of id, name, tags',
      hint: 'keep one of the three',
    }),
  )
  .refine(
    ({ ingress, egress }) => countOf(ingress, egress) > 0,
    failsWith({
      code: 'no-direction',
      message: 'the group has neither ingress nor egress',
      hint: 'list its rules; write `ingress: []` if it shall have none',
    }),
  )
  .meta({
    allOf: [
      { oneOf: [{ required: ['id'] }, { required: ['name'] }, { required: ['tags'] }] },
      { anyOf: [{ required: ['ingress'] }, { required: ['egress'] }] },
    ],
  });

const networkSchema = oneOrMore(peerText, {});
const serviceSchema = oneOrMore(serviceText, {});

export const policySchema = z
  .strictObject({
    version: z.literal(1).meta({ description: 'Version of the policy language.' }),
    networks: z.record(definitionName, networkSchema).optional().meta({
      description: 'Named sets of peers, visible in all files. They may name each other.',
    }),
    services: z.record(definitionName, serviceSchema).optional().meta({
      description: 'Named sets of protocols and ports, visible in all files.',
    }),
    groups: z.array(groupSchema).optional().meta({ description: 'Security groups and their rules.' }),
    expect: z.array(expectSchema).max(MAX_EXPECTATIONS).optional().meta({
      description: 'Tests of the policies: packets that groups must accept, or must drop.',
    }),
  })
  .refine(
    ({ networks, services, groups, expect }) => countOf(networks, services, groups, expect) > 0,
    failsWith({
      code: 'empty-file',
      message: 'the file declares nothing, which never means "no rules"',
      hint: 'write `groups: []` if it is meant so, or remove the file',
    }),
  );

/** The JSON Schema of policies/schema.json: what an editor can check and complete while a person types. */
export function policyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' });
  return { ...schema, title: 'Rampart policy', description: 'Rules of Alibaba Cloud ECS security groups.' };
}
