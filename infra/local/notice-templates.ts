/** As if the platforms had approved every template (lib/notice/text/templates.ts). */
export const LOCAL_NOTICE_TEMPLATES =
  'subscribe.breach=local-breach-0000000001,subscribe.breach-guardian=local-guardian-0000000001,sms.breach=1400001,sms.breach-guardian=1400002';
