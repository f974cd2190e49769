/** The subscribe messages that the service of the tests may ask for. */
export const templates = {
  once: { name: 'breach', id: 'once-template-000000000000000000000000000', kind: 'once' },
  lasting: { name: 'breach-guardian', id: 'lasting-template-00000000000000000000000000', kind: 'lasting' },
} as const;

/** The same as a setting, with those of SMS. */
export const templatesSetting = [
  ...Object.values(templates).map(({ name, id, kind }) => `subscribe.${name}=${id}:${kind}`),
  ...['sms.breach=1400001', 'sms.breach-guardian=1400002'],
].join(',');
