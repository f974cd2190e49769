import type { MutantsOf } from './mutant';

const onOff = ['tests/location/switch.test.ts'] as const;
const points = ['tests/location/points.test.ts'] as const;
const places = ['tests/location/places.test.ts'] as const;
const nearby = ['tests/location/nearby.test.ts'] as const;

export const location: MutantsOf<'L1' | 'L2' | 'L3' | 'L4'> = {
  L1: [
    {
      fault: 'the square outlives the switch',
      file: 'lib/table/location/location.ts',
      text: "const content = 'sealed, #hour, origins,",
      to: "const content = '#hour, origins,",
      tests: [...onOff, ...places],
    },
    {
      fault: 'after the switch a point is taken as before it',
      file: 'functions/location/update.ts',
      text: "if (!before?.on) throw new AppError('LOCATION_OFF');",
      to: "if (!before) throw new AppError('LOCATION_OFF');",
      tests: [...onOff, ...places],
    },
  ],
  L2: [
    {
      fault: 'a place is kept as exactly as it was measured, whatever was chosen',
      file: 'functions/location/point.ts',
      text: 'const bits = Math.min(BITS[state.precision], bitsFor(point.accuracyMetres));',
      to: 'const bits = bitsFor(point.accuracyMetres);',
      tests: [...places, ...points],
    },
    {
      fault: 'a place outlives the time that its person set',
      file: 'lib/table/location/location.ts',
      text: 'return Math.min(toEpochSeconds(keyEndsMs), untilSeconds ?? Number.POSITIVE_INFINITY);',
      to: 'return Math.max(toEpochSeconds(keyEndsMs), untilSeconds ?? 0);',
      tests: [...places, ...onOff],
    },
  ],
  L3: [
    {
      fault: 'who hides looks at others',
      file: 'functions/location/nearby.ts',
      text: "if (own.findable !== 'mutual')",
      to: "if (own.findable !== 'mutual' && own.findable !== 'nobody')",
      tests: nearby,
    },
    {
      fault: 'one may ask as often as one likes',
      file: 'functions/location/index.ts',
      text: "name: 'NEARBY_PER_HOUR', per: 'person', max: 20,",
      to: "name: 'NEARBY_PER_HOUR', per: 'person', max: 2000,",
      tests: ['tests/location/attack.test.ts', ...nearby],
    },
  ],
  L4: [
    {
      fault: 'a point in WGS-84 is taken for one in GCJ-02',
      file: 'functions/location/point.ts',
      text: "const place = point.system === 'wgs84' ? toGcj02(point) : point;",
      to: "const place = point.system === 'wgs84' ? { ...point } : point;",
      tests: [...points, ...places],
    },
    {
      fault: 'a point of Hong Kong is moved, where both systems are one',
      file: 'functions/location/gcj02.ts',
      text: '? !exceptions.some((one) => isWithin(one, at))',
      to: '? exceptions.length > 0',
      tests: points,
    },
  ],
};
