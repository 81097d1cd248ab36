// What becomes of groups when their shards come and go: they enter and leave the controller with them.
import type { GroupRef } from '../../../reconciler/model/group.ts';
import type { Controller } from '../controller.ts';
import type { PolicyLoop } from '../policy-loop.ts';
import type { ShardListener } from './shard-leases.ts';

export class ShardGroups implements ShardListener {
  readonly #controller: Pick<Controller, 'halt' | 'release' | 'triggerIn'>;
  readonly #policyLoop: Pick<PolicyLoop, 'takeUp' | 'leave' | 'noteProgress'>;

  constructor(
    controller: Pick<Controller, 'halt' | 'release' | 'triggerIn'>,
    policyLoop: Pick<PolicyLoop, 'takeUp' | 'leave' | 'noteProgress'>,
  ) {
    this.#controller = controller;
    this.#policyLoop = policyLoop;
  }

  settled(): void {
    this.#policyLoop.noteProgress();
  }

  gained(isIn: (group: GroupRef) => boolean): void {
    // Those whose lease had but run out.
    this.#controller.triggerIn(isIn);
    this.#policyLoop.takeUp(isIn);
  }

  halted(isIn: (group: GroupRef) => boolean): void {
    this.#controller.halt(isIn);
  }

  async left(isIn: (group: GroupRef) => boolean): Promise<void> {
    const ended = this.#controller.release(isIn);
    this.#policyLoop.leave(isIn);
    await ended;
  }
}
