// The emulator by itself in a process, so that its time and memory are its own. Started by emulator.ts, which asks
// for figures over the channel between the two.
import { startEmulator } from '../emulator/emulator.ts';
import { parseState } from '../emulator/admin/state-file.ts';
import { GROUP, REGION, RULES, type Figures } from './emulator-group.ts';

const state = {
  securityGroups: [
    {
      RegionId: REGION,
      SecurityGroupId: GROUP,
      Permissions: Array.from({ length: RULES }, (_, index) => ({
        Direction: 'ingress',
        IpProtocol: 'TCP',
        PortRange: `${1000 + index}/${1000 + index}`,
        SourceCidrIp: `10.${index}.0.0/16`,
        Description: `Service ${index} of the bench`,
      })),
    },
  ],
};

const { url } = await startEmulator({ state: parseState(state) });

function report(): void {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, rss } = process.memoryUsage();
  const figures: Figures = { url, cpuMs: (user + system) / 1000, heapBytes: heapUsed, residentBytes: rss };
  process.send?.(figures);
}

process.on('message', report);
process.on('disconnect', () => process.exit(0));
report();
