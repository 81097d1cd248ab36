// A robot of a WeCom group: Markdown, of which the vendor knows a little, without escapes.
//
// Source: developer.work.weixin.qq.com/document/path/91770 and what users report of it: 20 messages a minute (45009), 4,096
// bytes of content (40058), no signature: the key in the URL is all there is (93000 if it is wrong).
import { fittedMessage, type Message, type Piece } from '../message.ts';
import { judgeCoded, type VendorCodes } from './judge.ts';
import { CHAT_PACE, JSON_HEADERS, type ReceiverKind } from './kind.ts';

const WECOM_BYTES = 4096;

const WECOM_CODES: VendorCodes = {
  codeFields: ['errcode'],
  textFields: ['errmsg'],
  refused: new Set([40058, 93000, 93004, 93008]),
  tooMany: new Map([[45009, 60_000]]),
};

export const WECOM: ReceiverKind = {
  ...CHAT_PACE,
  write: (batch, context) =>
    fittedMessage(batch, context, (message) => {
      const content = markdownOf(message);
      if (Buffer.byteLength(content) > WECOM_BYTES) return null;
      return JSON.stringify({ msgtype: 'markdown', markdown: { content } });
    }),
  seal: (content, { url }) => ({ url, headers: JSON_HEADERS, body: content }),
  judge: (answer, nowMs) => judgeCoded(answer, nowMs, WECOM_CODES),
};

const markdownOf = ({ title, lines }: Message): string =>
  [`**${literal(title)}**`, ...lines.map((pieces) => pieces.map(wecomPiece).join(''))].join('\n');

function wecomPiece({ kind, text }: Piece): string {
  switch (kind) {
    case 'strong':
      return `**${literal(text)}**`;
    case 'plain':
      return literal(text);
    case 'code':
      return text.includes('`') ? literal(text) : `\`${text}\``;
    case 'link':
      return `[${literal(text)}](${text})`;
  }
}

/** Joins what would be a mention, a colour, a link or an image to nothing, by a character that is not seen. */
const literal = (text: string): string =>
  text.replace(/<(?=[@/a-z])|\](?=[(])|!(?=\[)|\*(?=\*)|`/gi, (found) => `${found}\u2060`);
