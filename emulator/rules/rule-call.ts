// Which rule operation is being answered. The pages of the operations share their parameters and most of their
// codes; where they differ, the difference is chosen by these fields.
import type { ActionHandler, ActionRequest, World } from '../action.ts';
import type { Direction } from '../state.ts';

export interface RuleCall {
  readonly request: ActionRequest;
  readonly world: World;
  readonly operation: 'authorize' | 'revoke' | 'modify';
  readonly direction: Direction;
  /** Answer as the manual of 2019 says. */
  readonly legacy: boolean;
}

/** The handler of one operation in one direction; its answer is empty. */
export const ruleAction =
  (operation: RuleCall['operation'], direction: Direction, run: (call: RuleCall) => void): ActionHandler =>
  (request, world) => {
    run({ request, world, operation, direction, legacy: world.quirks.apiLevel === 'legacy2019' });
    return {};
  };

/** The parameter names of a direction: the peer is where an ingress rule's traffic comes from. */
export const SIDES = {
  ingress: { peer: 'Source', own: 'Dest' },
  egress: { peer: 'Dest', own: 'Source' },
} as const;
