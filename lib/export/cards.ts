import type { CardContent } from '../card/content';
import { writeVCard } from '../card/vcard-write';
import { card } from '../table/card/card';
import { pickContent } from '../table/card/card-content';
import type { ExportPart } from './part';
import { recordOf } from './record';

/** The person's own cards as vCard 4.0, which other programs take in (promise C5). */
export const cardsPart: ExportPart = {
  id: 'cards',
  name: '名片（vCard，可以导入通讯录）',

  chunks({ exported }) {
    if (exported?.entity !== card.name) return [];
    const { values } = recordOf(exported);
    // What does not open any more has no name.
    if (values.name === undefined) return [];
    return [{ content: Buffer.from(writeVCard(pickContent(values as CardContent), '4.0')) }];
  },

  files(chunks, number) {
    const content = Buffer.concat(chunks.map((chunk) => chunk.content));
    return chunks.length > 0 ? [{ name: `名片/名片-${number}.vcf`, content }] : [];
  },
};
