import { describe, expect, test } from '@jest/globals'
import { parseAdmission } from '../src/admission.ts'

describe('Turnpike-Admission', () => {
  test.each([
    ['nothing', ''],
    ['no way', ';uses=1'],
    ['a way in capitals', 'Free'],
    ['a way of 33 letters', 'a'.repeat(33)],
    ['uses below nothing', 'pow;uses=-1'],
    ['uses of eleven digits', 'pow;uses=12345678901'],
    ['uses that are no number', 'pow;uses=;x'],
    ['two notes in one field', 'pow;uses=1, free'],
    ['a blank', 'pow; uses=1'],
    ['a line end', 'pow\n'],
  ])('R25 with %s is no note', (_, value) => {
    expect(parseAdmission(value)).toBeUndefined()
  })

  test.each([
    ['free', 'free', undefined],
    ['pow;uses=0', 'pow', 0],
    ['lightning;uses=99', 'lightning', 99],
    ['bearer+pow;uses=3', 'bearer+pow', 3],
    ['pow;uses=3;later=x', 'pow', 3],
    ['free;later=x', 'free', undefined],
  ])('R25 %j says the way, and what is left', (value, way, usesLeft) => {
    expect(parseAdmission(value)).toEqual({ way, usesLeft })
  })

  test('R25 may be missing: the server is another one', () => {
    expect(parseAdmission(undefined)).toBeUndefined()
  })
})
