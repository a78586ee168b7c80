import { describe, expect, test } from '@jest/globals'
import { createGate, pow, protectPolicy, type Gate, type RequestView } from '@turnpike/core'
import {
  encodeChallenge,
  expectedHashes,
  formatPowChallenge,
  formatSolution,
  formatTarget,
  isProblemCode,
  parseChallenge,
  parseProblem,
  parseSolution,
  PROBLEM_CODES,
  problemType,
  sealChallenge,
  solves,
  targetOfWork,
  workOfDifficulty,
} from '@turnpike/protocol'
import { execFileSync } from 'node:child_process'
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { blockOf, codesIn, exampleOf, rowsOf, sectionOf } from './document.ts'

const FILE = 'docs/protocol.md'

const text = exampleOf(FILE, '## Worked example')
const CHALLENGE = text('challenge')
const SIGNED_FIELDS = [
  'version',
  'key id',
  'flags',
  'target',
  'expires',
  'ttl',
  'revision',
  'id',
  'resource tag',
  'caller tag',
]

const bytes = (name: string): Uint8Array => new Uint8Array(Buffer.from(text(name), 'hex'))
const number = (name: string): number => Number.parseInt(text(name), 16)
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex')

/** HKDF by node:crypto, with `info` and length as the table says: not what the gate's own code does. */
function derive(key: string): Uint8Array {
  const rows = rowsOf(sectionOf(FILE, "## The challenge's 75 bytes"))
  const [, info = '', length] = rows.find(([name]) => name === key) ?? []
  const filled = info.replaceAll('`', '').replace('<gate>', text('gate'))
  return new Uint8Array(hkdfSync('sha256', text('secret'), '', filled, Number(length)))
}

function mac(key: Uint8Array, data: Uint8Array | string, length: number): string {
  return hex(createHmac('sha256', key).update(data).digest().subarray(0, length))
}

/** At the moment when the example was issued. */
function exampleGate(): Gate {
  return createGate({
    name: text('gate'),
    secret: text('secret'),
    now: () => 1_800_000_000_000,
    log: () => undefined,
  })
}

function search(credential?: string): RequestView {
  return {
    method: 'GET',
    path: '/search',
    ip: '192.0.2.1',
    header: (name) => (name === 'x-pow-solution' ? credential : undefined),
    body: () => undefined,
  }
}

describe('worked example', () => {
  test('its keys are derived from the secret as described', () => {
    expect(hex(derive('MAC key'))).toBe(text('MAC key'))
    expect(hex(derive('bind key'))).toBe(text('bind key'))
    expect(hex(derive('key id'))).toBe(text('key id'))
  })

  test('its tag, revision and MAC are computed as described', () => {
    expect(mac(derive('bind key'), text('resource'), 12)).toBe(text('resource tag'))
    expect(createHash('sha256').update(text('terms')).digest('hex').slice(0, 4)).toBe(text('revision'))
    expect(mac(derive('MAC key'), bytes('signed'), 20)).toBe(text('MAC'))
  })

  test('its fields, one after the other, are the signed bytes', () => {
    expect(SIGNED_FIELDS.map(text).join('')).toBe(text('signed'))
  })

  test('the table of the 75 bytes has their order, offsets and lengths', () => {
    const rows = rowsOf(sectionOf(FILE, "## The challenge's 75 bytes")).filter(([offset = '']) =>
      /^\d+$/.test(offset),
    )
    let end = 0
    const expected = [...SIGNED_FIELDS, 'MAC'].map((field) => {
      const length = text(field).length / 2
      end += length
      return [String(end - length), String(length), field]
    })
    expect(rows.map((row) => row.slice(0, 3))).toEqual(expected)
    expect(end).toBe(75)
  })

  test('@turnpike/protocol writes and reads the same bytes', () => {
    const fields = {
      keyId: number('key id'),
      callerBound: false,
      gateWide: false,
      count: 1,
      target: number('target'),
      expiresAtSeconds: number('expires'),
      ttlSeconds: number('ttl'),
      revision: number('revision'),
      id: bytes('id'),
      resourceTag: bytes('resource tag'),
      callerTag: bytes('caller tag'),
    }
    expect(hex(encodeChallenge(fields))).toBe(text('signed'))
    expect(sealChallenge(bytes('signed'), bytes('MAC'))).toBe(CHALLENGE)
    const parsed = parseChallenge(CHALLENGE)
    expect(parsed && hex(encodeChallenge(parsed.challenge))).toBe(text('signed'))
    expect(parsed && hex(parsed.mac)).toBe(text('MAC'))
  })

  test('its nonce is the first good one, with the digest that is shown', () => {
    let first = 0
    while (!solves(CHALLENGE, first.toString(16), number('target'))) first += 1
    expect(first.toString(16)).toBe(text('nonce'))
    const digest = createHash('sha256')
      .update(CHALLENGE + text('nonce'))
      .digest('hex')
    expect(digest).toBe(text('digest'))
  })

  test('its credential is written and read as shown', () => {
    const solution = { challenge: CHALLENGE, nonces: [text('nonce')] }
    expect(formatSolution(solution)).toBe(text('credential'))
    expect(parseSolution(text('credential'))).toEqual(solution)
  })

  test('a gate of that name with that secret admits its credential, once', async () => {
    const gate = exampleGate()
    const policy = gate.policy({ require: pow(4) })
    const first = await gate.decide(search(text('credential')), policy)
    expect(first).toMatchObject({ outcome: 'pass', headers: { 'turnpike-admission': 'pow;uses=0' } })
    const second = await gate.decide(search(text('credential')), policy)
    expect(second).toMatchObject({ outcome: 'refuse', code: 'credential_spent' })
  })

  test('the Python solver of the document prints its nonce', () => {
    const input = blockOf(sectionOf(FILE, '## Short solvers'), 'python')
    const said = execFileSync('python3', ['-', CHALLENGE, text('target')], { input, encoding: 'utf8' })
    expect(said.trim()).toBe(text('nonce'))
  })

  test('the Node solver of the document prints its nonce', () => {
    const input = blockOf(sectionOf(FILE, '## Short solvers'), 'js')
    const args = ['--input-type=module', '-', CHALLENGE, text('target')]
    expect(execFileSync(process.execPath, args, { input, encoding: 'utf8' }).trim()).toBe(text('nonce'))
  })
})

describe('refusal', () => {
  const section = sectionOf(FILE, '## The refusal')
  const body: Readonly<Record<string, unknown>> = JSON.parse(blockOf(section, 'json'))
  const headers = new Map(
    blockOf(section, 'http')
      .trim()
      .split('\n')
      .slice(1)
      .map((line): [string, string] => [
        line.slice(0, line.indexOf(': ')),
        line.slice(line.indexOf(': ') + 2),
      ]),
  )
  /** Challenges are random; all else in an answer is not. */
  const masked = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll(/(?<=")[\w-]{100}(?=\\?")/g, CHALLENGE))

  test('a reader takes all of it', () => {
    expect(parseProblem(body)).toEqual(body)
  })

  test('the WWW-Authenticate field repeats the offer', () => {
    const offer = parseProblem(body)?.offers?.find(({ rail }) => rail === 'pow')
    if (offer?.rail !== 'pow') throw new Error('no offer of work')
    expect(offer.challenge).toBe(CHALLENGE)
    expect(headers.get('www-authenticate')).toBe(formatPowChallenge(offer))
  })

  test('a gate answers just so, words aside, when the preset allowance is used up', async () => {
    const gate = exampleGate()
    const policy = gate.policy(protectPolicy())
    for (let call = 0; call < 60; call += 1) await gate.decide(search(), policy)
    const refusal = await gate.decide(search(), policy)
    if (refusal.outcome !== 'refuse') throw new Error('not refused')
    expect(masked({ ...refusal.body, detail: body['detail'] })).toEqual(body)
    const lines = Object.entries(refusal.headers).map(([name, value]) => [name, [value].flat().join(', ')])
    expect(masked(Object.fromEntries(lines))).toEqual(Object.fromEntries(headers))
  })

  test('the challenge endpoint answers with the members shown there', async () => {
    const shown: unknown = JSON.parse(blockOf(sectionOf(FILE, '## The challenge endpoint'), 'json'))
    const gate = exampleGate()
    gate.policy(protectPolicy())
    const { body: answer } = await gate.issue(search())
    expect(masked(answer)).toEqual(shown)
  })

  test('every code stands in the row of its status', () => {
    const rows = rowsOf(sectionOf(FILE, '## Status and codes')).filter(([status = '']) =>
      /^\d{3}$/.test(status),
    )
    const listed = rows.flatMap(([status = '', codes = '']) =>
      codesIn(codes).map((code) => `${code} ${status}`),
    )
    const actual = Object.entries(PROBLEM_CODES).map(([code, { status }]) => `${code} ${status}`)
    expect(listed.toSorted()).toEqual([...actual, 'quota_reached 429'].toSorted())
  })

  test('the types registered with IANA stand with their codes', () => {
    const rows = rowsOf(sectionOf(FILE, '## Status and codes')).filter(([type = '']) =>
      type.startsWith('`https:'),
    )
    const listed = rows.flatMap(([type = '', codes = '']) =>
      codesIn(codes).map((code) => `${code} ${type.slice(1, -1)}`),
    )
    const actual = Object.keys(PROBLEM_CODES)
      .filter(isProblemCode)
      .map((code) => `${code} ${problemType(code)}`)
      .filter((line) => line.includes(' https:'))
    expect(listed.toSorted()).toEqual(actual.toSorted())
  })
})

describe('difficulty', () => {
  const rows = rowsOf(sectionOf(FILE, '## Difficulty and target')).filter(([digits = '']) =>
    /^[\d.]+$/.test(digits),
  )

  test.each(rows)('pow(%s) is target %s and %s hashes', (digits, target, hashes) => {
    const computed = targetOfWork(workOfDifficulty(Number(digits)))
    expect(target).toBe(`\`${formatTarget(computed)}\``)
    expect(hashes).toBe(String(expectedHashes(computed, 1)))
  })
})
