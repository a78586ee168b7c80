/** Version of this release, for the command in refusals. `npm version` keeps it equal to package.json. */
export const VERSION = '0.1.0'
