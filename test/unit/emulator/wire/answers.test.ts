import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../emulator/action.ts';
import { answerReply, errorReply } from '../../../../emulator/wire/answer.ts';
import { reject } from '../../../../emulator/gateway/refusals.ts';
import { xmlDocument } from '../../../../emulator/wire/xml.ts';
import { errorOf, GatewayFixture, replyOf } from '../../../support/gateway.ts';
import { requestV1, requestV3 } from '../../../support/signing.ts';

const REQUEST_ID = /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/;
const ACTION = 'DescribeSecurityGroups';

describe('the format of an answer', () => {
  it.each([
    ['V1 without Format is XML', undefined, 'text/xml;charset=utf-8'],
    ['JSON', 'JSON', 'application/json;charset=utf-8'],
    ['in any case', 'json', 'application/json;charset=utf-8'],
    ['XML', 'XML', 'text/xml;charset=utf-8'],
  ])('the format of an answer: %s', (_name, format, contentType) => {
    const fixture = new GatewayFixture();
    const request = requestV1(ACTION, format === undefined ? {} : { Format: format }, fixture.signing());
    const stripped = request.body.toString().replace(/&Format=JSON/, '');
    const body = format === undefined ? Buffer.from(stripped) : request.body;
    // Without Format the signature no longer fits: the refusal is in the same format as the answer would be.
    const reply = replyOf(fixture.handle({ ...request, body }));
    expect(reply.headers['content-type']).toBe(contentType);
  });

  it('V3 is JSON unless told otherwise', () => {
    const fixture = new GatewayFixture();
    const types = [{}, { Format: 'XML' }].map(
      (parameters) =>
        replyOf(fixture.handle(requestV3(ACTION, parameters, fixture.signing()))).headers['content-type'],
    );
    expect(types).toEqual(['application/json;charset=utf-8', 'text/xml;charset=utf-8']);
  });
});

describe('request ids', () => {
  it('look like the vendor’s, stand in body and header, and repeat with the seed', () => {
    const [first, second] = [new GatewayFixture(), new GatewayFixture()].map((fixture) => {
      const replies = [fixture.reply(ACTION), fixture.reply(ACTION)];
      return replies.map((reply) => {
        const { RequestId } = JSON.parse(reply.body) as { RequestId: string };
        expect(RequestId).toMatch(REQUEST_ID);
        expect(reply.headers['x-acs-request-id']).toBe(RequestId);
        return RequestId;
      });
    });
    expect(first).toEqual(second);
    expect(new Set(first).size).toBe(2);
  });
});

describe('an error', () => {
  const context = { format: 'JSON', action: ACTION, requestId: 'R-1', hostId: 'ecs.test' } as const;
  const error = new ApiError(400, 'Some.Code', 'a < b');

  it('has the five fields of the vendor', () => {
    expect(errorOf(errorReply(context, error))).toEqual({
      RequestId: 'R-1',
      HostId: 'ecs.test',
      Code: 'Some.Code',
      Message: 'a < b',
      Recommend: 'https://api.alibabacloud.com/troubleshoot?q=Some.Code&product=Ecs&requestId=R-1',
    });
  });

  it('is an Error element in XML', () => {
    expect(errorReply({ ...context, format: 'XML' }, error).body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Error><RequestId>R-1</RequestId><HostId>ecs.test</HostId>' +
        '<Code>Some.Code</Code><Message>a &lt; b</Message><Recommend>https://api.alibabacloud.com/' +
        'troubleshoot?q=Some.Code&amp;product=Ecs&amp;requestId=R-1</Recommend></Error>',
    );
  });

  it('of throttling says when to come back, in milliseconds', () => {
    expect(
      errorReply(context, reject('Throttling.User', '', { retryAfterMs: 1500 })).headers['x-acs-retry-after'],
    ).toBe('1500');
  });
});

describe('an answer in XML', () => {
  const context = { format: 'XML', action: 'DescribeThings', requestId: 'R-1', hostId: '' } as const;

  it('wraps the fields in the name of the action', () => {
    const answer = { Things: { Thing: [{ Id: 'a' }, { Id: 'b' }] }, Total: 2, Last: true, None: null };
    expect(answerReply(context, answer).body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><DescribeThingsResponse><RequestId>R-1</RequestId>' +
        '<Things><Thing><Id>a</Id></Thing><Thing><Id>b</Id></Thing></Things><Total>2</Total><Last>true</Last>' +
        '</DescribeThingsResponse>',
    );
  });

  it.each([
    ['markup', `<a href="x">&'</a>`, `&lt;a href=&quot;x&quot;&gt;&amp;'&lt;/a&gt;`],
    ['letters of any script', '安全组 🧱', '安全组 🧱'],
    ['white space', 'a\tb\nc', 'a\tb\nc'],
    ['control characters', 'a\u0000b\u001f', 'a\u{fffd}b\u{fffd}'],
    ['half a surrogate pair', 'a\ud83e', 'a\u{fffd}'],
  ])('escapes %s', (_name, text, escaped) => {
    expect(xmlDocument('R', { T: text })).toContain(`<R><T>${escaped}</T></R>`);
  });
});
