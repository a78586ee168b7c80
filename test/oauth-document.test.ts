import { TurnpikeError } from '@turnpike/core'
import { accessTokens } from '@turnpike/oauth'
import { describe, expect, test } from '@jest/globals'
import { rowsOf, sectionOf } from './document.ts'

/** Far from every name there is. */
const misspelt: object = { zzzzzzzzzzzzzzzzzzzzzzzz: 1 }
const audience = 'search-api'

describe('docs/oauth.md', () => {
  const documented = rowsOf(sectionOf('docs/oauth.md', '## Options')).flatMap(([names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  )

  test('has a row for every option of a source and of an issuer, and none is left over', () => {
    const issuer = { issuer: 'https://auth.example.com', ...misspelt }
    const options = [...optionsOf({ audience, ...misspelt }), ...optionsOf({ audience, issuer })]
    expect(documented.toSorted()).toEqual(options.toSorted())
  })
})

/** All options there are: a far-fetched name gets the list for an answer. */
function optionsOf(options: object): readonly string[] {
  try {
    accessTokens(options)
  } catch (error) {
    if (!(error instanceof TurnpikeError) || error.code !== 'option_unknown') throw error
    return (/there are ([\w, ]+)/.exec(error.message)?.[1] ?? '').trim().split(', ')
  }
  throw new Error('an option that does not exist was taken')
}
