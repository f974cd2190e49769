import type { ApprovedTemplates } from './texts';

/** `NOTICE_TEMPLATES` is a list of `<channel>.<template>=<number>`. */
export function approvedTemplatesOf(list: string): ApprovedTemplates {
  const approved: Record<string, Record<string, string>> = {};
  for (const one of list.split(',').filter(Boolean)) {
    const [, channel = '', name = '', id = ''] = /^([^.]+)\.([^=]+)=(.+)$/.exec(one) ?? [];
    approved[channel] = { ...approved[channel], [name]: id };
  }
  return approved;
}
