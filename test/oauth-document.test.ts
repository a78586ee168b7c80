import { accessTokens } from '@turnpike/oauth'
import { describe, expect, test } from '@jest/globals'
import { MISSPELT, optionNames } from './code-names.ts'
import { rowsOf, sectionOf } from './document.ts'

const audience = 'search-api'

describe('docs/oauth.md', () => {
  const documented = rowsOf(sectionOf('docs/oauth.md', '## Options')).flatMap(([names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  )

  test('has a row for every option of a source and of an issuer, and none is left over', () => {
    const issuer = { issuer: 'https://auth.example.com', ...MISSPELT }
    const options = [
      { audience, ...MISSPELT },
      { audience, issuer },
    ].flatMap((given) => optionNames(() => accessTokens(given)))
    expect(documented.toSorted()).toEqual(options.toSorted())
  })
})
