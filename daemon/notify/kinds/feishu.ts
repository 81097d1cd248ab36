// A custom bot of a Feishu (or Lark) group: a `post`, whose texts are shown as they are and whose links are elements of
// their own.
//
// Source: open.larkoffice.com/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN (2026): 100 messages a minute and 5 a second, 20 KB;
// 11232, or 9499 with status 400, for too many; the signature's key is time and secret, its text is empty, and both stand in
// the body with the time in seconds, at most an hour off; 19021 wrong signature, 19022 address, 19024 keyword, 19001 token.
import { createHmac } from 'node:crypto';
import { fittedMessage, type Message, type Piece } from '../message.ts';
import { judgeCoded, type VendorCodes } from './judge.ts';
import { CHAT_PACE, JSON_HEADERS, type ReceiverKind } from './kind.ts';

/** With the signature it is some 100 bytes more. */
const FEISHU_BYTES = 19_000;

const FEISHU_CODES: VendorCodes = {
  codeFields: ['code', 'StatusCode'],
  textFields: ['msg', 'StatusMessage'],
  refused: new Set([19001, 19002, 19021, 19022, 19024, 19036]),
  tooMany: new Map([
    [11232, 60_000],
    [9499, 60_000],
  ]),
};

export const FEISHU: ReceiverKind = {
  ...CHAT_PACE,
  write: (batch, context) =>
    fittedMessage(batch, context, (message) => {
      const content = JSON.stringify(postOf(message));
      return Buffer.byteLength(content) <= FEISHU_BYTES ? content : null;
    }),
  seal: (content, { url, secret, nowMs }) => {
    const timestamp = String(Math.floor(nowMs / 1000));
    const proof =
      secret === '' ? '' : `"timestamp":"${timestamp}","sign":"${feishuSignature(secret, timestamp)}",`;
    return { url, headers: JSON_HEADERS, body: `{${proof}${content.slice(1)}` };
  },
  judge: (answer, nowMs) => judgeCoded(answer, nowMs, FEISHU_CODES),
};

const feishuSignature = (secret: string, timestamp: string): string =>
  createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');

const postOf = ({ title, lines }: Message): object => ({
  msg_type: 'post',
  content: { post: { en_us: { title, content: lines.map((pieces) => pieces.map(elementOf)) } } },
});

const elementOf = ({ kind, text }: Piece): object =>
  kind === 'link' ? { tag: 'a', text, href: text } : { tag: 'text', text };
