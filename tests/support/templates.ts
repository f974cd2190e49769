/** The subscribe messages that the service of the tests may ask for. */
export const templates = {
  once: { name: 'incident', id: 'once-template-000000000000000000000000000', kind: 'once' },
  lasting: { name: 'incident-lasting', id: 'lasting-template-00000000000000000000000000', kind: 'lasting' },
} as const;

/** The same as a setting. */
export const templatesSetting = Object.values(templates)
  .map(({ name, id, kind }) => `${name}=${id}:${kind}`)
  .join(',');
