import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { type WayId, wayIds } from '../../lib/policy/assurance';
import { requiredConsents } from '../../lib/table/real-name/real-name';
import type { IdKind } from './id-number';

type Offering = Pick<Deps, 'offers'>;

/** One way to prove a real name, as data: what it asks, whom it asks, and which numbers it knows. */
type Way = {
  name: string;
  asks: readonly ('name' | 'idNumber' | 'phone' | 'bankCard' | 'faceOnPartnerPage' | 'networkProof')[];
  /** The second-generation card is what the partner's sources hold; the face check also takes residence permits. */
  covers: readonly IdKind[];
  isOffered(deps: Offering): boolean;
};

const hasFaceId = ({ offers }: Offering) => offers.faceId;

export const ways: Record<WayId, Way> = {
  id: { name: '姓名和证件号码', asks: ['name', 'idNumber'], covers: ['resident'], isOffered: hasFaceId },
  phone: {
    name: '姓名、证件号码和手机号码',
    asks: ['name', 'idNumber', 'phone'],
    covers: ['resident'],
    isOffered: hasFaceId,
  },
  bank: {
    name: '姓名、证件号码、手机号码和银行卡',
    asks: ['name', 'idNumber', 'phone', 'bankCard'],
    covers: ['resident'],
    isOffered: hasFaceId,
  },
  face: {
    name: '人脸',
    asks: ['name', 'idNumber', 'faceOnPartnerPage'],
    covers: ['resident', 'hmt-resident'],
    isOffered: ({ offers }) => offers.face,
  },
  network: {
    name: '国家网络身份认证（网号、网证）',
    asks: ['networkProof'],
    covers: [],
    isOffered: ({ offers }) => offers.networkIdentity,
  },
};

/** The ways there are today. Face is never the only one (人脸识别技术应用安全管理办法 art. 10; promise N2). */
export function offeredWays(deps: Offering): WayId[] {
  const offered = wayIds.filter((id) => ways[id].isOffered(deps));
  return offered.every((id) => id === 'face') ? [] : offered;
}

/** @throws AppError NOT_FOUND when the operator does not offer the way */
export function demandOffered(deps: Offering, way: WayId): void {
  if (!offeredWays(deps).includes(way)) throw new AppError('NOT_FOUND');
}

/** What each way asks and which consents it needs, to be shown before anything is asked. */
export async function showWays(deps: Offering) {
  return {
    ways: offeredWays(deps).map((way) => ({
      way,
      name: ways[way].name,
      asks: [...ways[way].asks],
      consents: [...requiredConsents[way]],
      covers: [...ways[way].covers],
    })),
  };
}
