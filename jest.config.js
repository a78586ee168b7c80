/** One jest for the whole workspace. Sources are run as they are: no package needs building first. */
export default {
  testEnvironment: 'node',
  // Makes `@turnpike/core` mean packages/core/src, by the condition of that name in each exports map.
  testEnvironmentOptions: { customExportConditions: ['@turnpike/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/packages/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  reporters: ['default', '<rootDir>/test/setup/closing-line.js'],
  // One worker too few would leave half of a two-core machine idle.
  maxWorkers: '100%',
  // A guard against hanging, not a measure: nothing may fail for being slow on a busy machine.
  testTimeout: 120_000,
  globalSetup: '<rootDir>/test/setup/prepare.js',
  globalTeardown: '<rootDir>/test/setup/stop-redis.js',
  coverageProvider: 'v8',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
}
