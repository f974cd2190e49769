import { operator } from '../../policy/registry';
import { beijingTime } from '../../policy/working-days';
import type { Wording } from './texts';

/** What an authority was given of one person, in words that name nobody and hold no value of anybody's. */
export type DisclosureFacts = {
  /** The authority, its document by number, and the article that it rests on. */
  authority: string;
  document: string;
  basis: string;
  /** When it was given, ISO 8601 in UTC. */
  disclosedAt: string;
};

const title = '个人信息依法提供告知';

/** What somebody is told of a disclosure to an authority (promise D4). The kinds are their own, as the audience has them. */
export function disclosureWording(
  { authority, document, basis, disclosedAt }: DisclosureFacts,
  wasSecret: boolean,
): Pick<Wording, 'kind' | 'title' | 'sections'> {
  const secrecy = '提供时依法应当保密。保密期限已经届满，因此现在告知您。';
  return {
    kind: 'disclosure',
    title,
    sections: [
      { heading: '提供给谁', text: authority },
      { heading: '依据', text: `${basis}（文号：${document}）` },
      { heading: '提供了哪些种类的信息' },
      { heading: '提供的时间', text: `${beijingTime(disclosedAt)}（北京时间）` },
      ...(wasSecret ? [{ heading: '为什么现在才告知', text: secrecy }] : []),
      {
        heading: '您可以怎么做',
        text: '请在小程序的“谁用了我的信息”中查看这次提供的记录；有异议的，可以在那里提出。',
      },
      { heading: '联系方式', text: operator.contact },
    ],
  };
}
