import type { Deps } from '../../lib/deps';
import { keys } from '../../lib/table/keys';
import { onlyWhileHere } from '../../lib/table/person/person';
import {
  acceptanceKey,
  acceptanceWords,
  hear,
  type MessageTemplate,
  putAcceptance,
  readAcceptance,
  requestOf,
  type Said,
} from '../../lib/table/profile/message-acceptance';
import { lostRace, untilWon } from '../../lib/table/races';
import type { AcceptanceEvent } from './push-event';
import { isHere, pushedPerson } from './pushed-person';

/**
 * Notes what a person has answered in WeChat's own window, or changed in WeChat's settings, as WeChat tells it (promise B6). The
 * same event counts once, and one that comes late does not undo what was said after it. Templates that are not ours are left.
 */
export async function noteAcceptances(deps: Deps, event: AcceptanceEvent): Promise<void> {
  const heard = heardIn(deps, event);
  const about = heard.length > 0 ? await pushedPerson(deps, event.FromUserName) : undefined;
  if (!about) return;
  const { subjectId, identity } = about;
  const request = await requestOf(deps.ring, subjectId, `wechat|${event.Event}|${event.CreateTime}`);
  const said = { by: 'toldByWechat', atMs: event.CreateTime * 1000, request } as const;
  const wanted = heard.map(({ template }) => acceptanceKey(subjectId, template.id));
  await untilWon(async () => {
    const [self, ...items] = await deps.table.getMany([keys.person(subjectId), ...wanted]);
    if (!isHere(self, identity)) return true;
    const [first, ...more] = heard.flatMap(({ template, word }, at) => {
      const before = readAcceptance(items[at]);
      const after = hear(before, { ...said, word });
      return after === before ? [] : putAcceptance(subjectId, template.id, after, items[at]);
    });
    if (!first) return true;
    return deps.table.write(first, ...more, onlyWhileHere(subjectId)).then(() => true, lostRace);
  });
}

/** What is said of our templates, the last word on each. */
function heardIn({ templates }: Deps, { Event, List }: AcceptanceEvent) {
  const isWindow = Event === 'subscribe_msg_popup_event';
  const heard = new Map<MessageTemplate, Said['word']>();
  for (const { TemplateId, SubscribeStatusString } of List) {
    const template = templates.find(({ id }) => id === TemplateId);
    const word = acceptanceWords.find((one) => one === SubscribeStatusString);
    // A yes in the settings is no yes to one more message.
    const counts = isWindow || word !== 'accept' || template?.kind === 'lasting';
    if (template && word && counts) heard.set(template, word);
  }
  return [...heard].map(([template, word]) => ({ template, word }));
}
