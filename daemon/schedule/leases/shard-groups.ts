// What becomes of groups when their shards come and go: they enter and leave the controller with them.
import type { Attributor } from '../../attribution/attributor.ts';
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { GroupHeads } from '../../ecs/heads/heads.ts';
import type { Controller } from '../controller.ts';
import type { PolicyLoop } from '../policy-loop.ts';
import type { ShardListener } from './shard-leases.ts';

export interface ShardGroupsParts {
  readonly controller: Pick<Controller, 'halt' | 'release' | 'triggerIn'>;
  readonly policyLoop: Pick<PolicyLoop, 'takeUp' | 'noteProgress'>;
  readonly heads: Pick<GroupHeads, 'follow'>;
  readonly attributor: Pick<Attributor, 'takeUp' | 'leave' | 'fail'> | null;
}

export class ShardGroups implements ShardListener {
  readonly #parts: ShardGroupsParts;

  constructor(parts: ShardGroupsParts) {
    this.#parts = parts;
  }

  settled(): void {
    this.#parts.policyLoop.noteProgress();
  }

  gained(isIn: (group: GroupRef) => boolean): void {
    // Those whose lease had but run out.
    this.#parts.controller.triggerIn(isIn);
    this.#parts.policyLoop.takeUp(isIn);
    const { attributor } = this.#parts;
    attributor?.takeUp(isIn).catch((error: unknown) => attributor.fail(error));
  }

  halted(isIn: (group: GroupRef) => boolean): void {
    this.#parts.controller.halt(isIn);
  }

  async left(isIn: (group: GroupRef) => boolean): Promise<void> {
    const ended = this.#parts.controller.release(isIn);
    this.#parts.heads.follow([], isIn);
    this.#parts.attributor?.leave(isIn);
    await ended;
  }
}
