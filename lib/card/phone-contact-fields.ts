export type AddressPlace = '' | 'work' | 'home';
export type AddressField = `${AddressPlace}Address${'Country' | 'State' | 'City' | 'Street' | 'PostalCode'}`;
type Named<Field extends string> = Field extends `Address${infer Rest}` ? `address${Rest}` : Field;

/** The fields of `wx.addPhoneContact`, without the picture (a file on the phone) and what a card of ours never has. */
export type PhoneContact = { firstName: string } & Partial<
  Record<
    | 'lastName'
    | 'remark'
    | 'mobilePhoneNumber'
    | 'weChatNumber'
    | 'organization'
    | 'title'
    | 'workFaxNumber'
    | 'workPhoneNumber'
    | 'hostNumber'
    | 'homePhoneNumber'
    | 'email'
    | 'url'
    | Named<AddressField>,
    string
  >
>;
