import { AppError } from '../errors';
import { cardLogo } from '../table/card/card-logo';
import { MAX_PIECE_BYTES } from '../table/export/export';
import { type Avatar, avatar, picturePlace } from '../table/profile/avatar';
import type { Walked } from '../table/readers/export';
import type { Chunk, ExportPart } from './part';

/** The pictures as they are shown: the avatar, and what stands on cards. JPEG without metadata (promise C7). */
export const picturesPart: ExportPart = {
  id: 'pictures',
  name: '图片（JPEG）',

  async chunks({ exported, opener, position }, { objects }) {
    if (!exported || !opener) return [];
    const values = Object.fromEntries(exported.values.map(({ attribute, value }) => [attribute, value]));
    if (exported.entity === cardLogo.name && values.base64 !== undefined)
      return [
        { name: `图片/名片标识-${values.cardId}.jpg`, content: Buffer.from(String(values.base64), 'base64') },
      ];
    if (exported.entity !== avatar.name) return [];
    const name = position.at === 0 ? '头像' : `头像-${position.at + 1}`; // of an account that was given up
    return avatarOf(`图片/${name}.jpg`, values as Pick<Avatar, 'current'>, opener, objects);
  },

  files: (chunks) => chunks.map(({ name = '', content }) => ({ name, content, isPacked: true })),
};

/** One that has been replaced a moment ago is not there: another try finds the next. */
async function avatarOf(
  name: string,
  { current }: Pick<Avatar, 'current'>,
  opener: NonNullable<Walked['opener']>,
  objects: Parameters<ExportPart['chunks']>[1]['objects'],
): Promise<Chunk[]> {
  if (!current) return [];
  const sealed = await objects.read(current.key, MAX_PIECE_BYTES);
  if (!sealed) throw new AppError('BUSY');
  return [{ name, content: opener.decrypt(sealed, picturePlace(current.key)) }];
}
