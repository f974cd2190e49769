/**
 * Other ways into the service that a person can link to their account (promise A4): mini-programs of the operator with an
 * appid of their own. The credentials of each are a setting (`LINK_ENTRIES`); one without credentials is not offered.
 */
export const signInEntries = {
  'wechat-pay': { name: '微信支付城市服务' },
} as const satisfies Record<string, { name: string }>;

export type EntryId = keyof typeof signInEntries;
export const entryIds = Object.keys(signInEntries) as [EntryId, ...EntryId[]];
