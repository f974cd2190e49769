import type { FieldPart, PicturePart } from '../../lib/card/fields';

/** A card with something in every field that people fill in. */
export const fullCard = {
  name: '林晓',
  familyName: '林',
  givenName: '晓',
  organisation: '数据局',
  department: '平台处',
  title: '工程师',
  phones: [{ number: '13800138000', label: 'mobile' }],
  mails: [{ address: 'lin@example.cn', label: 'work' }],
  addresses: [{ text: '广州市越秀区东风中路 305 号', city: '广州' }],
  sites: ['https://example.cn/lin'],
  wechatId: 'lin-xiao',
  note: '工作日 9:00–17:00',
  otherLanguages: [{ language: 'en', name: 'Lin Xiao', title: 'Engineer' }],
  kept: ['X-CAMCARD-ID:7'],
} satisfies Record<Exclude<FieldPart, PicturePart> | 'kept', unknown>;
