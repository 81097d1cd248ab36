import type { ReceiverType } from '../../telemetry/events.ts';
import { DINGTALK } from './dingtalk.ts';
import { FEISHU } from './feishu.ts';
import type { ReceiverKind } from './kind.ts';
import { SLACK } from './slack.ts';
import { WEBHOOK } from './webhook.ts';
import { WECOM } from './wecom.ts';

export const RECEIVER_KINDS: Readonly<Record<ReceiverType, ReceiverKind>> = {
  webhook: WEBHOOK,
  slack: SLACK,
  dingtalk: DINGTALK,
  feishu: FEISHU,
  wecom: WECOM,
};
