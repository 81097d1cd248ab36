// The whole way from an event to the receivers of all vendors, over HTTP and in virtual time.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RECEIVER_TYPES } from '../../../../daemon/telemetry/events.ts';
import { notifying, type Notifying } from '../../../support/notifying.ts';
import { toldIn } from '../../../support/chat-receiver.ts';

let world: Notifying;
beforeEach(async () => {
  world = await notifying(RECEIVER_TYPES);
});
afterEach(() => world.close());

describe('500 events in a minute', () => {
  it('are all told or counted to every receiver, without one refusal', async () => {
    for (let number = 0; number < 500; number += 1) {
      world.happen(number);
      await world.pass(120);
    }
    await world.stop();
    for (const [type, receiver] of world.receivers) {
      expect([type, receiver.refusals]).toEqual([type, []]);
      expect([type, world.told(type)]).toEqual([type, 500]);
    }
  });
});
