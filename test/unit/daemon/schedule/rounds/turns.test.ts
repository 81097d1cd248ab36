// Work on thousands of groups lets others have their turn: health checks, signals, the watchdog.
import { describe, expect, it } from 'vitest';
import { Turns } from '../../../../../daemon/schedule/rounds/turns.ts';
import { TargetResolver } from '../../../../../daemon/schedule/selectors.ts';
import type { DesiredGroup } from '../../../../../reconciler/model/group.ts';
import { controlledCloud, HTTPS, SSH, target } from '../../../../support/controlled-cloud.ts';
import { REFUSING_ECS } from '../../../../support/fake-engine.ts';

/** Each look at it is so much later; `pauses` are the turns of others. */
function workingClock(msALook: number) {
  let nowMs = 0;
  const clock = {
    pauses: 0,
    monotonicMs: () => (nowMs += msALook),
    sleep: () => {
      clock.pauses += 1;
      return Promise.resolve();
    },
  };
  return clock;
}

describe('between two parts of long work', () => {
  it('others have their turn as soon as they have waited for ten milliseconds, and not before', async () => {
    const clock = workingClock(1);
    const turns = new Turns(clock);
    for (let part = 0; part < 9; part += 1) await turns.next();
    expect([turns.isOver, clock.pauses]).toEqual([true, 0]);
    await turns.next();
    expect([turns.isOver, clock.pauses]).toEqual([false, 1]);
  });

  it('they have it among the groups that the policies name', async () => {
    const clock = workingClock(30);
    const groups = Array.from({ length: 12 }, (_, index): DesiredGroup => {
      const selector = { kind: 'id', id: `sg-${index}` } as const;
      const source = { file: 'web.yaml', line: 1, column: 1 };
      const rules = { ingress: [], egress: null };
      return { account: 'a', region: 'r', selector, mode: null, alone: false, ignore: [], rules, source };
    });
    const ports = {
      ecs: REFUSING_ECS,
      clock,
      resyncMs: 1000,
      beforePlans: <T>(work: () => Promise<T>) => work(),
    };
    const resolver = new TargetResolver(ports, 'enforce');
    expect((await resolver.resolve(groups, 0)).meant.size).toBe(12);
    expect(clock.pauses).toBeGreaterThan(3);
  });
});

it('what has changed is handed over before what stays as it is', () => {
  const { controller } = controlledCloud();
  const places = ['sg-1', 'sg-2', 'sg-3'].map((id) => ({ id }));
  const before = places.map((place) => target([HTTPS], place));
  controller.setTargets(before);
  const after = before.map((each, at) => (at === 2 ? target([SSH], places[at]) : each));
  const setting = controller.settingTargets(after, () => true);
  // To the first group, and beyond it.
  for (let piece = 0; piece < 2; piece += 1) setting.next();
  const [last] = after.slice(-1);
  expect(last && controller.recordOf(last.policy)?.target).toBe(last);
  void controller.stop();
});
