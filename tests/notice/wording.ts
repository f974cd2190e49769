export { noticeWords as words } from '../../infra/local/notice-words';

import type { ApprovedTemplates } from '../../lib/notice/text/texts';

export const approved: ApprovedTemplates = {
  subscribe: { breach: 'tmpl-breach', 'breach-guardian': 'tmpl-guardian' },
  sms: { breach: '1400001', 'breach-guardian': '1400002' },
};
