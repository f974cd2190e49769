import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseToken } from '../../lib/crypto/token';
import { fields, ladenJpeg, marks as pictureMarks } from '../picture/samples';
import { grant, withdraw } from '../support/consent';
import { onceKey } from '../support/world';
import { announce } from './budget-rows';
import { createStage } from './stage';

/** Each value is unlike anything else, so that finding it anywhere means it leaked. */
const marks = {
  ...pictureMarks,
  nickname: '标记昵称甲子',
  birthDate: '1987-06-05',
  birthPlace: '标记出生地乙丑',
  householdPlace: '标记户籍地丙寅',
  ethnicity: '鄂伦春族',
  name: '标记收件人丁卯',
  phone: '13912345679',
  address: '标记送达地址戊辰',
};

it('no marked value of the profile is in a raw item, a kept file, a log line, a queue body or an error (C7, S5, S8)', async () => {
  const stage = await createStage();
  const me = await stage.person('me', 'profile', 'delivery', 'service-household');
  const spoken: unknown[] = [];
  const household = {
    sex: 'female',
    birthDate: marks.birthDate,
    birthPlace: marks.birthPlace,
    householdPlace: marks.householdPlace,
    ethnicity: marks.ethnicity,
  };
  const contact = { name: marks.name, phone: marks.phone, address: marks.address };
  await stage.ok('profile/update', { version: 0, nickname: marks.nickname }, me);
  await stage.ok('profile/setHouseholdAttributes', { version: 0, attributes: household }, me);
  const { deliveryId } = await stage.ok<{ deliveryId: string }>(
    'profile/createDelivery',
    { ...contact, idempotencyKey: onceKey() },
    me,
  );
  const subjectId = parseToken(me.token)?.subjectId;
  await stage.ok('profile/staffGetDelivery', { deliveryId, subjectId }, { token: 'staff:alice:support' });
  const laden = await ladenJpeg(1, fields(64, 48));
  await stage.avatar(me, laden, 'image/jpeg');

  const wrong: [string, object][] = [
    ['profile/update', { version: 9, nickname: marks.nickname }],
    ['profile/update', { version: 1, nickname: [marks.nickname] }],
    ['profile/update', { version: 1, [marks.nickname]: marks.name }],
    ['profile/setHouseholdAttributes', { version: 9, attributes: household }],
    [
      'profile/setHouseholdAttributes',
      { version: 1, attributes: { ...household, birthDate: `${marks.birthDate}x` } },
    ],
    ['profile/setHouseholdAttributes', { version: 1, attributes: { [marks.birthPlace]: marks.birthPlace } }],
    ['profile/setFundAttributes', { version: 0, attributes: household }],
    ['profile/createDelivery', { ...contact, phone: marks.address, idempotencyKey: onceKey() }],
    ['profile/requestAvatarUpload', { ...announce(laden), contentType: marks.device }],
  ];
  for (const [path, input] of wrong) {
    const reply = await stage.call(path, input, me);
    expect(reply.ok).toBe(false);
    spoken.push(reply);
  }
  const uploadId = await stage.upload(me, Buffer.concat([Buffer.from('GIF89a'), laden]), 'image/jpeg');
  spoken.push(await stage.call('profile/confirmAvatar', { uploadId }, me));
  expect(JSON.stringify(spoken.at(-1))).toContain('INVALID_INPUT');
  await grant(stage, me, 'service-tax');
  await withdraw(stage, me, 'service-tax');

  const stored = JSON.stringify(await stage.scan(), (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
  );
  const files = await Promise.all(
    (await stage.stored()).map((name) => readFile(join(stage.store.folder, name))),
  );
  expect(files).toHaveLength(1);
  const everything = {
    stored,
    files: Buffer.concat(files).toString('utf8'),
    logged: stage.lines.join('\n'),
    queued: JSON.stringify(stage.queued),
    spoken: JSON.stringify(spoken),
  };
  for (const [where, text] of Object.entries(everything)) {
    for (const [what, mark] of Object.entries(marks)) {
      expect({ where, what, leaked: text.includes(mark) }).toEqual({ where, what, leaked: false });
    }
  }
  expect(everything.queued).toContain('subjectId');
  await stage.end();
});
