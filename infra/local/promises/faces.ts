import { two } from './identity';
import { type Citizen, citizens, passFace } from './registers';
import { agree, codeOf, demand, once, type Person, type Running, textOf, within } from './running';

/** N2: face is one way of several, under its own consent, and no image stays anywhere. */
export async function noImages(running: Running): Promise<string> {
  const citizen = await citizens(running)();
  const person = await running.person();
  await agree(person, 'real-name');
  const input = { ...two(citizen), ...(await once()) };
  const code = await codeOf(person.api.identity.startFace(input));
  demand(code === 'CONSENT_REQUIRED', `a face check without its own consent got ${code}`);
  await agree(person, 'real-name-face');
  const before = running.lines.length;
  const another = await person.api.identity.startFace(input);
  await passFace(another.url, { codes: { Comparestatus: 3002 } });
  const notTheirs = await codeOf(person.api.identity.finishFace({ sessionId: another.sessionId }));
  demand(notTheirs === 'NOT_VERIFIED', `a living face that is another’s got ${notTheirs}`);
  const { sessionId, url } = await person.api.identity.startFace({ ...input, ...(await once()) });
  await passFace(url, { images: true });
  await person.api.identity.finishFace({ sessionId });
  await endsWithItsConsent(person, citizen);
  const everything = textOf(await running.scan()) + running.lines.join('\n');
  demand(!/JFIF|\/9j\/|ftypmp42/.test(everything), 'an image that the partner sent was kept or logged');
  const rang = await within(5000, async () =>
    running.lines.slice(before).some((line) => line.includes('"alarm"')),
  );
  demand(rang, 'images came and no alarm rang');
  const { ways } = await person.api.identity.ways();
  demand(ways.length > 1, 'face is the only way');
  const asked = ways.find(({ way }) => way === 'face')?.consents;
  demand(
    asked?.join() === 'real-name,real-name-face',
    `a face is said to need ${asked?.join() ?? 'nothing'}`,
  );
  return 'refused without its own consent, ended with it, and begun anew under the next; images that came all the same were dropped and reported; other ways beside it';
}

/** What a face has proved rests on the consent to faces as well: it ends with that one, and the next one begins anew. */
async function endsWithItsConsent(person: Person, citizen: Citizen): Promise<void> {
  await agree(person, 'real-name-face', false);
  const { verified } = await person.api.identity.status();
  demand(!verified, 'who has withdrawn the consent to faces is verified by a face');
  await agree(person, 'real-name-face');
  const { sessionId, url } = await person.api.identity.startFace({ ...two(citizen), ...(await once()) });
  await passFace(url, { images: true });
  const code = await codeOf(person.api.identity.finishFace({ sessionId }));
  demand(code === 'OK', `a face check under the next consent to faces got ${code}`);
}
