// Each alert of deploy/prometheus with its fault, how the metrics show it, the cure of docs/runbook.md, and what they show then.
import { UNREACHED, type Samples } from '../../support/prometheus.ts';
import { wireGroup } from '../../support/estate.ts';
import { GROUPS, OPEN_SSH, SSH, type World, type WorldOptions } from './world.ts';

export interface Scene {
  readonly options?: WorldOptions;
  /** Answers what a scrape shows when the fault is there. */
  readonly raise: (world: World) => Promise<Samples>;
  readonly cure: (world: World) => Promise<Samples>;
}

const CONVERGED = /^rampart_groups\{outcome="converged"\} 2$/m;
const SECRET = 'runbook-secret-0123456789';

export const SCENES: Readonly<Record<string, Scene>> = {
  RampartDown: {
    raise: async ({ daemon }) => {
      daemon.kill('SIGKILL');
      await daemon.finished;
      return UNREACHED;
    },
    cure: async (world) => {
      await world.restart();
      return world.until(CONVERGED);
    },
  },
  RampartPoliciesRejected: {
    raise: (world) => {
      world.ask(['protocol: tcp, ports: 99999, from: 10.0.0.0/8']);
      return world.until(/^rampart_policy_problems [1-9]/m);
    },
    cure: (world) => {
      world.ask([]);
      return world.until(/^rampart_policy_problems 0$/m);
    },
  },
  RampartPoliciesHeld: {
    options: { reconcile: 'brake: {groups: 1, percent: 100}' },
    raise: async (world) => {
      const seen = world.daemon.lines.length;
      world.ask([SSH]);
      for (const group of GROUPS)
        await world.daemon.event('call.succeeded', { group, operation: 'AuthorizeSecurityGroup' }, seen);
      await world.until(CONVERGED);
      world.ask([]);
      return world.until(/^rampart_policies_held 1$/m);
    },
    cure: async (world) => {
      const { override } = await world.daemon.event('policies.held');
      const [, hash = ''] = /approve ([0-9a-f]+)/.exec(String(override)) ?? [];
      await world.run('approve', hash, '--reason', 'runbook');
      return world.until(/^rampart_policies_held 0$/m);
    },
  },
  RampartGroupsBlocked: {
    raise: async (world) => {
      await world.run('pause', '--group', 'sg-web', '--reason', 'runbook', '--for', '1h');
      world.ask([SSH]);
      return world.until(/^rampart_groups\{outcome="blocked"\} 1$/m);
    },
    cure: async (world) => {
      await world.run('resume', '--group', 'sg-web');
      return world.until(CONVERGED);
    },
  },
  RampartGroupsNotConverged: {
    raise: async (world) => {
      await world.emulator.setFaults([
        { action: 'AuthorizeSecurityGroup', kind: 'error', code: 'Forbidden.RAM', status: 403 },
      ]);
      world.ask([SSH]);
      return world.until(/^rampart_groups\{outcome="not-converged"\} [1-9]/m);
    },
    cure: async (world) => {
      await world.emulator.setFaults([]);
      world.daemon.kill('SIGHUP');
      return world.until(CONVERGED);
    },
  },
  RampartRulesRefused: {
    raise: async (world) => {
      await world.emulator.setFaults([
        { action: 'AuthorizeSecurityGroup', kind: 'error', code: 'InvalidParam.PortRange', status: 400 },
      ]);
      world.ask([SSH]);
      return world.until(/^rampart_groups\{outcome="quarantined"\} [1-9]/m);
    },
    cure: (world) => {
      world.ask([]);
      return world.until(CONVERGED);
    },
  },
  RampartThrottled: {
    raise: async (world) => {
      await world.emulator.setFaults([{ action: 'DescribeSecurityGroupAttribute', kind: 'throttle' }]);
      return world.until(/^rampart_lane_open\{.*operation="DescribeSecurityGroupAttribute".*\} 0$/m);
    },
    cure: async (world) => {
      await world.emulator.setFaults([]);
      return world.until(/^rampart_lane_open\{.*operation="DescribeSecurityGroupAttribute".*\} 1$/m);
    },
  },
  RampartGuardrailViolated: {
    options: { sections: 'guardrails: [{use: cis-alibaba-4.3}]\n' },
    raise: (world) => {
      world.ask([OPEN_SSH]);
      return world.until(/^rampart_events_total\{event="guardrail.violated"\} [1-9]/m);
    },
    cure: (world) => {
      world.ask([]);
      return world.until(CONVERGED);
    },
  },
  RampartChangedByHand: {
    raise: async (world) => {
      for (const count of [1, 2, 3]) {
        const state = GROUPS.map((id) => wireGroup(id, id === 'sg-web' ? [] : [HELD]));
        const from = world.daemon.lines.length;
        await world.emulator.setState({ securityGroups: state });
        // Until it is set back the next change would be one with this.
        await world.daemon.event('group.converged', { group: 'sg-web', changes: 1 }, from);
        await world.until(new RegExp(`^rampart_differences_total\\{cause="drift"\\} ${count}$`, 'm'));
        await world.until(CONVERGED);
      }
      return world.until(CONVERGED);
    },
    cure: (world) => world.until(CONVERGED),
  },
  RampartHookRefused: {
    options: {
      hooks: '{listen: "127.0.0.1:0", events: {tokenEnv: HOOK_TOKEN}}',
      env: { HOOK_TOKEN: SECRET },
    },
    raise: async (world) => {
      for (let count = 0; count < 6; count += 1) await knock(world, `${SECRET}-old`);
      return world.until(/^rampart_hooks_total\{door="events",outcome="refused"\} 6$/m);
    },
    cure: async (world) => {
      await knock(world, SECRET);
      return world.until(/^rampart_hooks_total\{door="events",outcome="refused"\} 6$/m);
    },
  },
  RampartNotificationsLost: {
    options: { isNotifying: true },
    raise: (world) => {
      world.receiver.mood = 'forbid';
      world.ask([SSH]);
      return world.until(/^rampart_notifications_given_up_total\{type="webhook"\} 1$/m);
    },
    cure: async (world) => {
      world.receiver.mood = 'well';
      world.daemon.kill('SIGKILL');
      await world.daemon.finished;
      await world.restart();
      return world.until(/^rampart_notifications_total\{type="webhook",outcome="delivered"\} [1-9]/m);
    },
  },
};

/** The rule that the policies always ask for. */
const HELD = { IpProtocol: 'TCP', PortRange: '443/443', SourceCidrIp: '10.0.0.0/8' };

const knock = ({ hooksUrl }: World, token: string) =>
  fetch(`${hooksUrl}/hooks/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-eventbridge-signature-token': token },
    body: '{}',
  });
