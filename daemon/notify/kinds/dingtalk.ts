// A custom robot of a DingTalk group: plain text, which shows everything as it is, so that no description of a rule can
// pass for a link or an image.
//
// Source: the robot's page (open.dingtalk.com/document/robots/custom-robot-access) and what users report of it: 20
// messages a minute, then silence for ten (130101); 20,000 bytes (460101, before 101002); signature in the query, time in
// milliseconds, at most an hour off; 310000 for a wrong signature, a keyword that is missing, or an address not allowed.
import { createHmac } from 'node:crypto';
import { fittedMessage, type Message } from '../message.ts';
import { judgeCoded, type VendorCodes } from './judge.ts';
import { CHAT_PACE, JSON_HEADERS, type ReceiverKind } from './kind.ts';

const DINGTALK_BYTES = 19_000;

const DINGTALK_CODES: VendorCodes = {
  codeFields: ['errcode'],
  textFields: ['errmsg'],
  refused: new Set([310000, 460101, 101002, 300001, 400101, 400102, 400106, 430101, 430102, 430104]),
  tooMany: new Map([
    [130101, 10 * 60_000],
    [410100, 10 * 60_000],
  ]),
};

export const DINGTALK: ReceiverKind = {
  ...CHAT_PACE,
  write: (batch, context) =>
    fittedMessage(batch, context, (message) => {
      const body = JSON.stringify({ msgtype: 'text', text: { content: plainText(message) } });
      return Buffer.byteLength(body) <= DINGTALK_BYTES ? body : null;
    }),
  seal: (content, { url, secret, nowMs }) => {
    const signed = new URL(url);
    if (secret !== '') {
      signed.searchParams.set('timestamp', String(nowMs));
      signed.searchParams.set('sign', dingtalkSignature(secret, nowMs));
    }
    return { url: signed, headers: JSON_HEADERS, body: content };
  },
  judge: (answer, nowMs) => judgeCoded(answer, nowMs, DINGTALK_CODES),
};

const dingtalkSignature = (secret: string, nowMs: number): string =>
  createHmac('sha256', secret).update(`${nowMs}\n${secret}`).digest('base64');

const plainText = ({ title, lines }: Message): string =>
  [title, ...lines.map((pieces) => pieces.map(({ text }) => text).join(''))].join('\n');
