import { afterEach, describe, expect, test } from '@jest/globals'
import type { Book, LedgerError, Purchase } from '@turnpike/client'
import { fileLedger } from '@turnpike/client/file-ledger'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []
afterEach(() => folders.splice(0).forEach((made) => rmSync(made, { recursive: true, force: true })))

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'turnpike-ledger-'))
  folders.push(made)
  return made
}

const EMPTY: Book = { version: 1, olderMsat: 0, spends: [], purchases: [], strikes: [] }
const PURCHASE: Purchase = {
  paymentHash: 'ab'.repeat(32),
  invoice: 'lnbc1',
  invoiceExpiresAtMs: 1,
  amountMsat: 1000,
  maxFeeMsat: 5000,
  scheme: 'L402',
  token: 'AAAA',
  origin: 'https://a.example',
  request: 'GET /',
  isTurnpike: true,
  goodUntilMs: 2,
  wasAccepted: false,
  holds: [{ process: 'p', call: 'c', untilMs: 3 }],
}
const FULL: Book = {
  ...EMPTY,
  olderMsat: 7,
  purchases: [PURCHASE],
  strikes: [{ origin: 'o', atMs: 1, weight: 1 }],
}

const add = (msat: number) => (book: Book) => ({
  book: { ...book, olderMsat: book.olderMsat + msat },
  result: book.olderMsat,
})

async function codeOf(failing: Promise<unknown>): Promise<string> {
  return await failing.then(
    () => 'none',
    (error: LedgerError) => error.code,
  )
}

describe('a ledger file', () => {
  test.each([
    ['nothing', ''],
    ['half a document', JSON.stringify(FULL).slice(0, -20)],
    ['no JSON', 'olderMsat: 7'],
    ['another kind of document', '{"name":"x"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a later version', JSON.stringify({ ...FULL, version: 2 })],
    ['a missing sum', JSON.stringify({ ...FULL, olderMsat: undefined })],
    ['a sum that is text', JSON.stringify({ ...FULL, olderMsat: '7' })],
    ['a sum below nothing', JSON.stringify({ ...FULL, olderMsat: -7 })],
    ['an unknown member', JSON.stringify({ ...FULL, pin: 1234 })],
    [
      'a purchase without its amount',
      JSON.stringify({ ...FULL, purchases: [{ ...PURCHASE, amountMsat: undefined }] }),
    ],
    ['an inherited name', JSON.stringify(FULL).replace('"olderMsat"', '"toString"')],
  ])('with %s is refused by name, and left as it is', async (_, text) => {
    const path = join(folder(), 'ledger.json')
    writeFileSync(path, text)
    expect(await codeOf(fileLedger(path).read())).toBe('ledger_unreadable')
    expect(await codeOf(fileLedger(path).update(add(1)))).toBe('ledger_unreadable')
    await expect(fileLedger(path).read()).rejects.toThrow(path)
    expect([readFileSync(path, 'utf8'), readdirSync(join(path, '..'))]).toEqual([text, ['ledger.json']])
  })

  test('that cannot be written is refused by name', async () => {
    const path = folder()
    expect(await codeOf(fileLedger(path).read())).toBe('ledger_unreadable')
    writeFileSync(join(path, 'file'), '')
    expect(await codeOf(fileLedger(join(path, 'file', 'ledger.json')).update(add(1)))).toBe(
      'ledger_unwritable',
    )
  })

  test('is made with its folder, for its owner alone, when something is written', async () => {
    const path = join(folder(), 'new', 'ledger.json')
    const ledger = fileLedger(path)
    expect(await ledger.read()).toEqual(EMPTY)
    expect(await ledger.update(() => ({ book: FULL, result: 'done' }))).toBe('done')
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700])
    expect(await fileLedger(path).read()).toEqual(FULL)
    expect(readdirSync(join(path, '..'))).toEqual(['ledger.json'])
  })

  test('that others could read is closed by the next writing', async () => {
    const path = join(folder(), 'ledger.json')
    writeFileSync(path, JSON.stringify(FULL), { mode: 0o644 })
    await fileLedger(path).update(add(1))
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('shows what others wrote', async () => {
    const path = join(folder(), 'ledger.json')
    const [mine, other] = [fileLedger(path), fileLedger(path)]
    await mine.update(add(1))
    expect((await mine.read()).olderMsat).toBe(1)
    await other.update(add(1))
    expect((await mine.read()).olderMsat).toBe(2)
  })

  test('gives every turn the book to itself, also through a link', async () => {
    const place = folder()
    symlinkSync(join(place, 'ledger.json'), join(place, 'link.json'))
    await fileLedger(join(place, 'ledger.json')).update(add(0))
    const ledgers = [fileLedger(join(place, 'ledger.json')), fileLedger(join(place, 'link.json'))]
    const seen = await Promise.all(
      Array.from({ length: 30 }, async (_, turn) => await ledgers[turn % 2]!.update(add(1))),
    )
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, turn) => turn))
    expect(readdirSync(place).toSorted()).toEqual(['ledger.json', 'link.json'])
  })

  test('R35 is one file, also where a link was there before it', async () => {
    const [place, elsewhere] = [folder(), folder()]
    symlinkSync(join(elsewhere, 'real.json'), join(place, 'middle.json'))
    symlinkSync('middle.json', join(place, 'link.json'))
    await fileLedger(join(place, 'link.json')).update(add(1))
    expect(await fileLedger(join(elsewhere, 'real.json')).update(add(1))).toBe(1)
    expect((await fileLedger(join(place, 'link.json')).read()).olderMsat).toBe(2)
  })

  test('whose folder is missing behind a link, or that is a link to itself, cannot be written', async () => {
    const place = folder()
    symlinkSync(join(place, 'none', 'real.json'), join(place, 'lost.json'))
    symlinkSync('round.json', join(place, 'round.json'))
    expect(await codeOf(fileLedger(join(place, 'lost.json')).update(add(1)))).toBe('ledger_unwritable')
    expect(await codeOf(fileLedger(join(place, 'round.json')).update(add(1)))).toBe('ledger_unwritable')
  })

  test('is not touched by a turn that throws', async () => {
    const path = join(folder(), 'ledger.json')
    const ledger = fileLedger(path)
    await ledger.update(add(5))
    const before = readFileSync(path, 'utf8')
    const fail = () => {
      throw new Error('no')
    }
    await expect(ledger.update(fail)).rejects.toThrow('no')
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(await ledger.update(add(1))).toBe(5)
  })

  test('whose lock was left by a dead process is taken over', async () => {
    const path = join(folder(), 'ledger.json')
    mkdirSync(`${path}.lock`)
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(`${path}.lock`, longAgo, longAgo)
    expect(await fileLedger(path).update(add(1))).toBe(0)
  })
})

describe('processes', () => {
  const ledger = fileLedger(join(tmpdir(), 'never-written.json'))
  const [host = '', pid = '', startedAt = ''] = ledger.process.split(':')

  test.each([
    ['itself', [host, pid, startedAt], false],
    ['whoever had its process id before', [host, pid, String(Number(startedAt) - 100)], true],
    ['one that runs', [host, String(process.ppid), startedAt], false],
    ['one that there cannot be', [host, '4194999', startedAt], true],
    ['one of another machine', [`${host}x`, '4194999', startedAt], false],
  ])('are asked for: %s', (_, name, expected) => {
    expect(ledger.isGone(name.join(':'))).toBe(expected)
  })
})
