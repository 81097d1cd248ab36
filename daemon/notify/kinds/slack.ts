// An incoming webhook of Slack.
//
// Source: docs.slack.dev (apis/web-api/rate-limits, messaging/formatting): one message a second, 429 with Retry-After; `&`,
// `<` and `>` are escaped, then no text can be a mention or a link; 4,000 characters, since longer ones are split. What is
// refused is told by the status.
import { fittedMessage, type Message, type Piece } from '../message.ts';
import { judgeStatus } from './judge.ts';
import { CHAT_PACE, JSON_HEADERS, type ReceiverKind } from './kind.ts';

const MAX_CHARACTERS = 4000;

export const SLACK: ReceiverKind = {
  ...CHAT_PACE,
  write: (batch, context) =>
    fittedMessage(batch, context, (message) => {
      const text = mrkdwnOf(message);
      if (text.length > MAX_CHARACTERS) return null;
      return JSON.stringify({ text, unfurl_links: false, unfurl_media: false });
    }),
  seal: (content, { url }) => ({ url, headers: JSON_HEADERS, body: content }),
  judge: (answer, nowMs) => {
    const verdict = judgeStatus(answer, nowMs);
    if (verdict.kind !== 'refused' || answer.text === '') return verdict;
    // One word, such as invalid_payload or channel_is_archived.
    return /^\w{1,60}$/.test(answer.text)
      ? { ...verdict, reason: `${verdict.reason}: ${answer.text}` }
      : verdict;
  },
};

const mrkdwnOf = ({ title, lines }: Message): string =>
  [`*${escaped(title)}*`, ...lines.map((pieces) => pieces.map(slackPiece).join(''))].join('\n');

function slackPiece({ kind, text }: Piece): string {
  switch (kind) {
    case 'strong':
      return `*${escaped(text)}*`;
    case 'plain':
      return escaped(text);
    case 'code':
      return `\`${escaped(text)}\``;
    case 'link':
      return `<${escaped(text)}>`;
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
