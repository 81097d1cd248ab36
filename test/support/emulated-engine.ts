// An engine whose cloud is the emulator in this process, without HTTP and without pace: one group, whose rules a test
// can see and change, and an ambush for the calls that it wants answered otherwise.
import { createEcsClient } from '../../daemon/ecs/client.ts';
import { ruleParams } from '../../daemon/ecs/convert/rule-params.ts';
import type { Transport, TransportAnswer } from '../../daemon/ecs/transport/transport.ts';
import type { Engine } from '../../daemon/reconcile/engine.ts';
import type { Quirks } from '../../emulator/quirks.ts';
import type { Rule } from '../../reconciler/model/rule.ts';
import { EmulatedWorld, permission, REGION } from './emulated-world.ts';
import { fakeEngine, instantClock, plainClient } from './fake-engine.ts';
import { SELF } from './rule-sets.ts';
import { EventLog } from './service.ts';

/** What a call is to be answered with; null: what the emulator says. It may change the world first. */
export type Ambush = (operation: string, params: Readonly<Record<string, string>>) => TransportAnswer | null;

export interface EmulatedEngine {
  readonly engine: Engine;
  readonly world: EmulatedWorld;
  readonly log: EventLog;
  /** Calls that write, in order. */
  readonly writes: string[];
  /** Plans that hold their calls and have not given them back. */
  readonly held: () => number;
  /** `port/port peer` of the ingress rules, sorted. */
  readonly rules: () => string[];
  /** Replaces the group's ingress rules, as a person at the console would. */
  readonly setRules: (rules: readonly Rule[]) => void;
}

export interface EmulatedEngineOptions {
  readonly rules?: readonly Rule[];
  readonly quirks?: Partial<Quirks>;
  readonly ambush?: Ambush;
  readonly parts?: Partial<Engine>;
}

export function emulatedEngine({
  rules = [],
  quirks = {},
  ambush = () => null,
  parts = {},
}: EmulatedEngineOptions = {}): EmulatedEngine {
  const world = new EmulatedWorld(
    { securityGroups: [{ RegionId: REGION, SecurityGroupId: SELF, VpcId: 'vpc-1' }] },
    quirks,
  );
  const change = (operation: string, params: Readonly<Record<string, string>>): void => {
    const result = world.call(operation, { SecurityGroupId: SELF, ...params });
    if (!result.ok) throw new Error(JSON.stringify(result));
  };
  const setRules = (wanted: readonly Rule[]): void => {
    for (const { SecurityGroupRuleId } of world.rules(SELF)) {
      change('RevokeSecurityGroup', { 'SecurityGroupRuleId.1': SecurityGroupRuleId });
    }
    for (const rule of wanted) {
      const isCurrent = world.quirks.apiLevel === 'current';
      change('AuthorizeSecurityGroup', isCurrent ? permission(1, ruleParams(rule)) : ruleParams(rule));
    }
  };
  setRules(rules);
  const log = new EventLog();
  const clock = parts.clock ?? instantClock();
  const writes: string[] = [];
  const transport: Transport = {
    call: (operation, params, { mayBegin = () => true } = {}) => {
      if (!mayBegin()) {
        return Promise.resolve({ kind: 'failed', code: 'Transport.LeaseLost', message: 'nothing was sent' });
      }
      if (!operation.startsWith('Describe')) writes.push(operation);
      return Promise.resolve(ambush(operation, params) ?? answerOf(world, operation, params));
    },
  };
  const ecs = createEcsClient({
    ...plainClient(clock),
    mayWrite: (group) => parts.ownership?.mayWrite(group) ?? true,
    transport,
  });
  let held = 0;
  const reserve: Engine['reserve'] = () => {
    held += 1;
    let isReleased = false;
    const release = (): void => {
      if (!isReleased) held -= 1;
      isReleased = true;
    };
    return Promise.resolve({ write: (request) => ecs.write(request), release });
  };
  return {
    engine: fakeEngine({ clock, ecs, heads: ecs.heads, reserve, telemetry: log, ...parts }),
    world,
    log,
    writes,
    held: () => held,
    rules: () =>
      world
        .rules(SELF)
        .map(({ PortRange, SourceCidrIp }) => `${PortRange} ${SourceCidrIp}`)
        .sort(),
    setRules,
  };
}

export const refusal = (code: string, status = 400): TransportAnswer => ({
  kind: 'refused',
  status,
  code,
  message: `refused: ${code}`,
  requestId: 'R',
  retryAfterMs: null,
  missingAction: null,
});

function answerOf(
  world: EmulatedWorld,
  operation: string,
  params: Readonly<Record<string, string>>,
): TransportAnswer {
  const result = world.call(operation, params);
  if (!result.ok) return refusal(result.code, result.status);
  return { kind: 'answered', status: 200, body: { ...result.answer, RequestId: 'R' } };
}
