import type { MutantsOf } from './mutant';

const own = ['tests/cards/own-cards.test.ts'] as const;
const shares = ['tests/cards/shares.test.ts'] as const;
const exchange = ['tests/cards/exchange.test.ts'] as const;
const mayShow = ['tests/cards/may-show.test.ts'] as const;
const visibility = ['tests/cards/visibility.test.ts'] as const;
const views = ['tests/cards/views.test.ts'] as const;
const roundTrip = ['tests/vcard/round-trip.test.ts'] as const;

export const cards: MutantsOf<'C1' | 'C2' | 'C3' | 'C4' | 'C5' | 'C6' | 'C7' | 'C8'> = {
  C1: [
    {
      fault: 'a text passes while WeChat cannot judge it',
      file: 'lib/card/shown.ts',
      text: "unavailable: 'waiting'",
      to: "unavailable: 'passed'",
      tests: ['tests/cards/written-text.test.ts', ...visibility],
    },
    {
      fault: 'an edit of what has changed meanwhile is taken',
      file: 'functions/cards/own/save-card.ts',
      text: "if (before.version !== version) throw new AppError('VERSION_CONFLICT', { version: before.version });",
      to: '',
      tests: own,
    },
  ],
  C2: [
    {
      fault: 'a card is opened to everyone by somebody of whom nobody knows who they are',
      file: 'functions/cards/own/set-visibility.ts',
      text: 'await demandTrueIdentity(deps, person);',
      to: '',
      tests: ['tests/identity/who.test.ts', ...visibility],
    },
    {
      fault: 'what was open to everyone is so again as soon as its consent is given anew',
      file: 'lib/table/card/current-visibility.ts',
      text: 'if (agreed && agreed.epoch === value.publicEpoch) return value;',
      to: 'if (agreed) return value;',
      tests: [...visibility, ...mayShow],
    },
  ],
  C3: [
    {
      fault: 'a link shows whatever is open to links, and not what was chosen',
      file: 'lib/table/sharing/may-show.ts',
      text: 'return opening && isUsedUp(link, opening) ? undefined : link.fields;',
      to: 'return opening && isUsedUp(link, opening) ? undefined : fields;',
      tests: [...shares, ...mayShow],
    },
    {
      fault: 'a link whose owner has revoked all opens',
      file: 'lib/table/sharing/share.ts',
      text: 'return shareEpoch !== (owner.shareEpoch ?? 0) || Date.parse(createdAt) < openedAtMs;',
      to: 'return shareEpoch > (owner.shareEpoch ?? 0) || Date.parse(createdAt) < openedAtMs;',
      tests: [...shares, ...mayShow],
    },
  ],
  C4: [
    {
      fault: 'who was blocked is kept from the blocker, and the blocker not from them',
      file: 'lib/table/sharing/may-show.ts',
      text: 'return viewer.blocks.some(isBlock);',
      to: 'return viewer.blocks.slice(0, 1).some(isBlock);',
      tests: [...mayShow, ...exchange],
    },
    {
      fault: 'an offer that was taken back is accepted',
      file: 'functions/cards/exchange/exchange.ts',
      text: 'const [mine, theirs] = cancelOffer(caller.person.subjectId, sent);',
      to: 'if (sent) return takenBack;\n  const [mine, theirs] = cancelOffer(caller.person.subjectId, sent);',
      tests: exchange,
    },
  ],
  C5: [
    {
      fault: 'a line is folded by characters, and the octets of a Chinese one fall apart',
      file: 'lib/card/vcard-line.ts',
      text: 'const size = Buffer.byteLength(character);',
      to: 'const size = 1;',
      tests: roundTrip,
    },
    {
      fault: 'the end of a line in a text is written as it is',
      file: 'lib/card/vcard-line.ts',
      text: ".replace(/\\n/g, '\\\\n');",
      to: ';',
      tests: roundTrip,
    },
  ],
  C6: [
    {
      fault: 'a viewer is named again for what they looked at before they took their name back',
      file: 'lib/table/sharing/may-show.ts',
      text: 'if (!profile || named?.epoch !== agreedEpoch || areApart(person, viewer)) return undefined;',
      to: 'if (!profile || named === undefined || areApart(person, viewer)) return undefined;',
      tests: [...views, ...mayShow],
    },
    {
      fault: 'the owner is told exact counts',
      file: 'lib/table/sharing/blur.ts',
      text: 'export const COUNT_STEP = 5;',
      to: 'export const COUNT_STEP = 1;',
      tests: views,
    },
  ],
  C7: [
    {
      fault: 'a logo is kept as it came',
      file: 'functions/cards/own/logo.ts',
      text: "base64: content.toString('base64')",
      to: 'base64: input.picture',
      tests: ['tests/cards/logo.test.ts'],
    },
    {
      fault: 'an avatar is kept as it came',
      file: 'functions/profile/confirm-avatar.ts',
      text: 'return redraw(file, AVATAR_SIZE, contentType);',
      to: 'return { ...(await redraw(file, AVATAR_SIZE, contentType)), content: file };',
      tests: ['tests/profile/avatar.test.ts'],
    },
  ],
  C8: [
    {
      fault: 'the mark stands beside a name that nobody has verified',
      file: 'lib/table/real-name/name-mark.ts',
      text: 'return proved.some((one) => digests.every((digest) => digest === one));',
      to: 'return proved.length > 0 && digests.length > 0;',
      tests: ['tests/cards/real-name.test.ts', 'tests/identity/who.test.ts'],
    },
    {
      fault: 'the mark stands against its owner’s will',
      file: 'lib/table/sharing/may-show.ts',
      text: 'card.realNameMark === true && (await',
      to: 'card.realNameMark !== undefined && (await',
      tests: ['tests/cards/real-name.test.ts'],
    },
  ],
};
