/** A card with something in every field that people fill in, for measuring what cards cost. */
export const fullCard = {
  name: '林晓',
  organisation: '广东省政务服务数据管理局',
  title: '工程师',
  phones: [
    { number: '13800138000', label: 'mobile' },
    { number: '020-12345678', label: 'work' },
  ],
  mails: [{ address: 'lin@example.cn' }],
  addresses: [{ text: '广州市越秀区' }],
  sites: ['https://example.cn'],
  note: '工作日 9:00–17:00',
};
