import { isSensitive, kindIdsFor, type Registry, recipientIdsFor } from './registry';

/**
 * What a person decides about a purpose: the one source of its heading in the policy, of `separate` in its notice, and of what its
 * ground must say (PIPL art. 14, 23, 25, 29).
 */
export type Choice = 'separate' | 'consent' | 'contract' | 'duty';

/** How a ground says that the consent is a separate one; what the law asks for more than that is a flaw (`choiceFlaws`). */
const SEPARATE = '您的单独同意';

/** The choice on one purpose, as its basis and its ground say. */
export function choiceOf({ purposes }: Registry, id: string): Choice {
  const { basis, ground } = purposes[id] ?? { basis: 'LEGAL_DUTY', ground: '' };
  if (basis !== 'CONSENT') return basis === 'CONTRACT' ? 'contract' : 'duty';
  return ground.includes(SEPARATE) ? 'separate' : 'consent';
}

/** The articles that ask for a separate consent to this purpose: somebody who decides for itself, or a sensitive kind. */
export function separateArticles(registry: Registry, id: string): string[] {
  const shared = recipientIdsFor(registry, id).some((one) => {
    const { role, ground } = registry.recipients[one] ?? {};
    return role === 'independent-controller' && ground === undefined;
  });
  const sensitive = kindIdsFor(registry, id).some((kind) => isSensitive(registry, kind));
  return [...(shared ? ['第二十三条'] : []), ...(sensitive ? ['第二十九条'] : [])];
}

/** Consents whose ground leaves out what the law asks for. */
export function choiceFlaws(registry: Registry): { field: string; problem: string }[] {
  return Object.entries(registry.purposes).flatMap(([id, { basis, ground }]) => {
    const missing = separateArticles(registry, id).filter((article) => !ground.includes(article));
    if (basis !== 'CONSENT' || (missing.length === 0 && !lacksWord(ground))) return [];
    return [{ field: `purposes.${id}.ground`, problem: `须写明${[...missing, SEPARATE].join('、')}` }];
  });
}

/** An article that asks for a separate consent, without the word. */
const lacksWord = (ground: string) => /第二十[三五九]条/.test(ground) && !ground.includes(SEPARATE);
