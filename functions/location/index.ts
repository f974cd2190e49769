import * as z from 'zod/mini';
import { contentKinds } from '../../lib/card/field-rules';
import { shownToStrangers } from '../../lib/card/schema';
import { HOUR_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { findables, locationKey, precisions } from '../../lib/table/location/location';
import { bands } from './band';
import { history } from './history';
import { nearby, radii } from './nearby';
import { current, setSettings, stop } from './settings';
import { update } from './update';

/** A position in four squares, sealed. */
const MAX_CURSOR_CHARS = 1024;

const nothing = z.strictObject({});
const place = z.object({
  system: z.literal('gcj02'),
  latitude: z.number(),
  longitude: z.number(),
  precision: z.enum(precisions),
  takenAt: z.string(),
});
const state = z.object({
  on: z.boolean(),
  version: z.int(),
  precision: z.optional(z.enum(precisions)),
  findable: z.optional(z.enum(findables)),
  keepHistory: z.optional(z.boolean()),
  until: z.optional(z.string()),
  endsAt: z.optional(z.string()),
  place: z.optional(place),
});

export const location = {
  settings: operation({
    summary:
      '打开位置功能或修改设置：精度（默认所在片区）、谁能找到我（默认没有人）、到什么时候、是否保存历史。须带上所见的版本号。',
    caller: 'subject',
    purpose: 'location',
    kinds: { in: [], out: ['location-point'], uses: ['location-cell'] },
    input: z.strictObject({
      /** Of what the person saw; 0 where there was nothing yet. */
      version: z.int().check(z.minimum(0)),
      precision: z._default(z.enum(precisions), 'district'),
      findable: z._default(z.enum(findables), 'nobody'),
      until: z.optional(z.iso.datetime({ offset: true })),
      keepHistory: z._default(z.boolean(), false),
    }),
    output: state,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 12 },
    alsoRead: (subjectId) => locationKey(subjectId),
    run: setSettings,
  }),
  update: operation({
    summary:
      '更新位置：坐标系（wgs84 或 gcj02）、经纬度、误差（米）、来源（gps 或 wifi）、定位时间。只保存所选精度的网格；没有打开时不接收。',
    caller: 'subject',
    purpose: 'location',
    kinds: {
      in: ['location-point', 'location-cell', 'location-region', 'location-history'],
      out: ['location-point'],
    },
    /** Read only once consent and switch are known (promise L1); its form is `PointInput` in point.ts. */
    input: z.strictObject({ point: z.unknown() }),
    output: z.object({ place, stored: z.boolean() }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 3 },
    alsoRead: (subjectId) => locationKey(subjectId),
    run: update,
  }),
  current: operation({
    summary: '我的位置设置和最后的位置。',
    caller: 'subject',
    purpose: 'location',
    kinds: { in: [], out: ['location-point'] },
    input: nothing,
    output: state,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => locationKey(subjectId),
    run: current,
  }),
  stop: operation({
    summary: '关闭位置功能：位置、附近的登记和历史当即删除。不需要任何同意，随时可以关闭。',
    caller: 'subject',
    purpose: 'preferences',
    kinds: { in: [], out: [] },
    ends: true,
    input: nothing,
    output: z.object({ on: z.literal(false) }),
    ledger: 'none',
    // With the place goes what the person is counted for.
    budget: { trips: 2, readUnits: 2, writeUnits: 12 },
    alsoRead: (subjectId) => locationKey(subjectId),
    run: stop,
  }),
  nearby: operation({
    summary:
      '附近的名片：双方都允许才互相看得到，只有大致的距离区间，内容以对方公开的为准。须先更新自己的位置。还有下一页时带 cursor；一页可能不满或为空。',
    caller: 'subject',
    purpose: 'location',
    // Of a place only the band of its distance.
    kinds: { in: [], out: [...contentKinds, 'location-point'], uses: ['card-label', 'card-kept'] },
    input: z.strictObject({
      radiusKm: z._default(z.union([z.literal(radii[0]), z.literal(radii[1])]), 1),
      cursor: z.optional(z.string().check(z.maxLength(MAX_CURSOR_CHARS))),
    }),
    output: z.object({
      people: z.array(z.object({ within: z.enum(bands), card: shownToStrangers, handle: z.string() })),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    limits: [{ name: 'NEARBY_PER_HOUR', per: 'person', max: 20, windowMs: HOUR_MS }],
    // With one other person. A full page of 57 takes 10 trips and 360 units; where who publishes has to be known, up to 12, and for
    // each person a unit more for each consent by which they may be.
    budget: { trips: 8, readUnits: 24, writeUnits: 1 },
    alsoRead: (subjectId) => locationKey(subjectId),
    run: nearby,
  }),
  history: operation({
    summary: '我到过的地方，从近到远，最长 30 天。须单独同意保存位置历史。',
    caller: 'subject',
    purpose: 'location-history',
    kinds: { in: [], out: ['location-history'] },
    input: nothing,
    output: z.object({ places: z.array(place) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 0 },
    run: history,
  }),
};

export const { handler } = serve('location', location);
