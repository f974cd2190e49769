import type { MutantsOf } from './mutant';

const profile = ['tests/profile/journeys.test.ts'] as const;
const delivery = ['tests/profile/journeys.test.ts', 'tests/profile/marked-values.test.ts'] as const;

export const services: MutantsOf<'O1' | 'O2' | 'O3'> = {
  O1: [
    {
      fault: 'a service takes what it does not ask',
      file: 'functions/profile/attributes.ts',
      text: 'const asked = services[service].asks.map((name) => [name, forms[name]]);',
      to: 'const asked = services[service] && Object.entries(forms);',
      tests: profile,
    },
    {
      fault: 'the attributes of a service lie open in the table',
      file: 'lib/table/profile/service-attributes.ts',
      text: 'attributes: sealed(kind, attributes),',
      to: "attributes: { ...sealed(kind, attributes), storage: 'plain' },",
      tests: ['tests/profile/marked-values.test.ts', 'tests/table/stored-places.test.ts'],
    },
  ],
  O2: [
    {
      fault: 'the contact outlives a delivery that the staff has made',
      file: 'functions/profile/end-delivery.ts',
      text: "return shown(await end(deps, person.subjectId, found, 'delivered', sealer));",
      to: "if (isOver(found)) return shown(await end(deps, person.subjectId, found, 'delivered', sealer));\n  return { ...shown(found), state: 'delivered' as const, name: undefined, phone: undefined, address: undefined };",
      tests: delivery,
    },
    {
      fault: 'the contact is kept for two months',
      file: 'lib/table/profile/delivery.ts',
      text: "retentionMs('delivery-life')",
      to: "2 * retentionMs('delivery-life')",
      tests: delivery,
    },
  ],
  O3: [
    {
      fault: 'personalisation is on before anybody switches it on',
      file: 'lib/table/profile/preferences.ts',
      text: 'personalisation: false,',
      to: 'personalisation: true,',
      tests: profile,
    },
    {
      fault: 'surveys follow each other at once',
      file: 'functions/consent/plans/decide.ts',
      text: "before.kind === 'survey' ? [noteSurvey(before.planId, approvedAt, notAfter)] : [];",
      to: "before.kind === 'survey' && notAfter === '' ? [noteSurvey(before.planId, approvedAt, notAfter)] : [];",
      tests: ['tests/notice/survey.test.ts'],
    },
  ],
};
