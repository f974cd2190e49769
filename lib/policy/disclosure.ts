/**
 * By which laws an authority may demand what is held about somebody (promise D4; clause 5.1.2). Nothing is handed out on any
 * other ground: that it would help to settle a dispute is none (promise D2). A further law is a row here.
 */
export const legalBases = {
  'criminal-evidence': {
    law: '刑事诉讼法第五十四条第一款',
    says: '人民法院、人民检察院、公安机关依法向有关单位收集、调取证据',
  },
  'civil-evidence': { law: '民事诉讼法第七十条第一款', says: '人民法院依法向有关单位调查取证' },
  'state-data': {
    law: '数据安全法第三十五条',
    says: '公安机关、国家安全机关因维护国家安全或者侦查犯罪，经过严格的批准手续依法调取数据',
  },
  'counter-espionage': {
    law: '反间谍法第三十二条',
    says: '国家安全机关调查了解有关间谍行为的情况、收集有关证据',
  },
} as const satisfies Record<string, { law: string; says: string }>;

export type LegalBasisId = keyof typeof legalBases;
export const legalBasisIds = Object.keys(legalBases) as LegalBasisId[];

/** By what the person is told of it later, and never not at all (PIPL art. 18 para 1, art. 35). */
export const SECRECY_LAW = '个人信息保护法第十八条第一款、第三十五条';
/** What is secret is so until a day that is named; for longer it takes another document. */
export const SECRECY_DAYS = 365;

/** A proposal that nobody has decided on, or that was approved and not handed out, lapses after so long. */
export const LAPSE_DAYS = 30;
/** For so long the officer who has handed out may fetch it again, page by page or after a lost answer: it is one act. */
export const HAND_OUT_HOURS = 24;
