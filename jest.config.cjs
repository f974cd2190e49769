// For the workers: what a test makes is mostly gone a moment later, and room for more of it is a collection less often.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=64`;

/** Everything runs against DynamoDB Local, started once for the whole run by tests/support/start.ts. */
module.exports = {
  testEnvironment: '<rootDir>/tests/support/one-context.cjs',
  runtime: '<rootDir>/tests/support/kept-modules.cjs',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  testSequencer: '<rootDir>/tests/support/slow-first.cjs',
  globalSetup: '<rootDir>/tests/support/start.ts',
  globalTeardown: '<rootDir>/tests/support/stop.ts',
  transform: {
    '@jsquash/.*\\.(js|wasm)$': '<rootDir>/tests/support/codec-transform.cjs',
    '\\.[mc]?[jt]s$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        // Beside the code, where only a failure reads them: in it, each test file would load three times as much.
        sourceMaps: true,
      },
    ],
  },
  // These libraries ship ES modules only, which jest cannot load untransformed.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|oidc-provider|openid-client|oauth4webapi|@clack|fast-string-width|fast-wrap-ansi|fast-string-truncated-width|sisteransi|canonicalize|local-aws-sqs|@jsquash|@seriousme)/)',
  ],
  reporters: ['default', '<rootDir>/tests/support/closing-line-reporter.cjs'],
  // No test judges by the clock. This only ends one that waits for what will never come.
  testTimeout: 3_600_000,
  // A test waits for the database half of its time, so four keep two cores busy.
  maxWorkers: 4,
};
