const addressFields = ['Country', 'State', 'City', 'Street', 'PostalCode'] as const;

/** The fields of `wx.addPhoneContact` that may be missing, without the picture (a file on the phone) and what a card of ours never has. */
export const phoneContactFields = [
  ...(['lastName', 'remark', 'mobilePhoneNumber', 'weChatNumber', 'organization', 'title'] as const),
  ...(['workFaxNumber', 'workPhoneNumber', 'hostNumber', 'homePhoneNumber', 'email', 'url'] as const),
  ...addressFields.map((field) => `address${field}` as const),
  ...addressFields.map((field) => `workAddress${field}` as const),
  ...addressFields.map((field) => `homeAddress${field}` as const),
];

export type PhoneContact = { firstName: string } & Partial<
  Record<(typeof phoneContactFields)[number], string>
>;
