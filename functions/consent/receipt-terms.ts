import { createHash } from 'node:crypto';

/** What stands under these is the IRI of something, and no text. */
const iri = { '@type': '@id' } as const;
export const context = {
  dpv: 'https://w3id.org/dpv#',
  loc: 'https://w3id.org/dpv/loc#',
  dct: 'http://purl.org/dc/terms/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  schema: 'https://schema.org/',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  spdx: 'http://spdx.org/rdf/terms#',
  leliao: 'urn:leliao-card:',
  'dct:conformsTo': iri,
  'dpv:hasIdentifier': iri,
  'dpv:hasJurisdiction': iri,
  'dpv:hasLocation': iri,
  'skos:broader': iri,
  'spdx:algorithm': iri,
};

/** What a record is known by: the same number as its IRI and as a text. */
export function identified(name: string) {
  const id = uuidOf(name);
  return { '@id': `urn:uuid:${id}`, 'dct:identifier': id, 'dpv:hasIdentifier': `urn:uuid:${id}` };
}

/**
 * The rights that stand in the law (PIPL art. 15, 44–50), so that a receipt of years ago lists the same; by which operations each is
 * given, the text of the policy says under 8.
 */
export const rightsByLaw = [
  ['撤回同意', '第十五条', '小程序“同意管理”'],
  ['知情和决定，限制或者拒绝处理', '第四十四条', '小程序“我的信息”“限制处理”'],
  ['查阅、复制、转移', '第四十五条', '小程序“我的信息”“导出我的信息”'],
  ['更正、补充', '第四十六条', '小程序中各项信息的页面，或者“工单”'],
  ['删除', '第四十七条', '小程序“我的信息”“注销账号”'],
  ['要求解释说明处理规则', '第四十八条', '小程序“工单”'],
  ['近亲属的权利，以及生前的安排', '第四十九条', '小程序“身后安排”；近亲属由客服受理'],
  ['请求被拒绝的，有权得到理由，并可以依法起诉', '第五十条', '小程序“工单”，或者人民法院'],
].map(([title, article, where]) => ({
  '@type': 'dpv:DataSubjectRight',
  'dct:title': title,
  'dct:source': `《中华人民共和国个人信息保护法》${article}`,
  'dpv:isExercisedAt': where,
}));

export const OPERATOR = 'leliao:operator';
type Reached = { name: string; contact: string; address: string };

/** Somebody who has a part in it, and how they are reached. */
export function entity(id: string, { name, contact, address }: Reached) {
  return {
    '@id': id,
    'dpv:hasIdentifier': id,
    'dpv:hasName': name,
    'dpv:hasContact': contact,
    'dpv:hasAddress': address,
    'schema:contactPoint': { '@type': 'schema:ContactPoint', 'schema:description': contact },
    'schema:address': {
      '@type': 'schema:PostalAddress',
      'schema:addressCountry': 'CN',
      'schema:streetAddress': address,
    },
  };
}

/** The same entry always has the same identifiers (RFC 9562, version 8). */
function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
