import config from './jest.config.js'

/** The suites that need a browser, an install, a Lightning network or minutes of traffic; apart from `npm test`, one file after the other. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/*/**/*.slow.ts', '<rootDir>/packages/*/test/**/*.slow.ts'],
  testTimeout: 120_000,
  maxWorkers: 1,
}
