import { describe, expect, test } from '@jest/globals'
import { run } from '@turnpike/cli'
import { encodeChallenge, sealChallenge } from '@turnpike/protocol'
import { createHash } from 'node:crypto'
import { fakeIo } from './fake-io.ts'
import { turnpike } from './turnpike.ts'

const EASY = ['--target', '0fffffff']

const solve = async (args: readonly string[], options?: Parameters<typeof turnpike>[1]) =>
  await turnpike(['solve', ...args], options)

function hashHead(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0)
}

/** A gate's, which nobody has signed. */
function ownChallenge(target: number, count: number, expiresAtSeconds = 4_000_000_000): string {
  const flags = { keyId: 1, callerBound: false, gateWide: false, revision: 0 }
  const times = { expiresAtSeconds, ttlSeconds: 1 }
  const tags = { id: new Uint8Array(16), resourceTag: new Uint8Array(12), callerTag: new Uint8Array(12) }
  const signed = encodeChallenge({ ...flags, ...times, ...tags, count, target })
  return sealChallenge(signed, new Uint8Array(20))
}

describe('solve, used wrongly', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no challenge', [], /required option '-c, --challenge <text>'/],
    ['an empty challenge', ['-c', ''], /--challenge must have 1 to 200 characters, not 0/],
    ['201 characters', ['-c', '🦊'.repeat(201)], /1 to 200 characters, not 201/],
    [
      'an unknown option',
      ['-c', 'x', '--challange', 'y'],
      /unknown option '--challange'[^]*did you mean --challenge/i,
    ],
    ['difficulty nine', ['-c', 'x', '-d', '9'], /--difficulty must be a number from 0 to 8, not "9"/],
    ['difficulty zero', ['-c', 'x', '-d', '0'], /--difficulty must be above 0/],
    ['a difficulty in words', ['-c', 'x', '-d', 'four'], /--difficulty must be a number.*"four"/],
    ['33 bits', ['-c', 'x', '--bits', '33'], /--bits must be a number from 0 to 32/],
    ['a short target', ['-c', 'x', '--target', 'ffff'], /--target must be 8 lower-case hex digits/],
    ['two measures', ['-c', 'x', '-d', '4', '--bits', '16'], /only one of --difficulty, --target and --bits/],
    ['count 17', ['-c', 'x', '--count', '17'], /--count must be a number from 1 to 16/],
    ['half a nonce', ['-c', 'x', '--count', '1.5'], /--count must be a whole number/],
    ['workers below none', ['-c', 'x', '--workers', '-1'], /--workers/],
    ['a surplus argument', ['-c', 'x', 'abc'], /too many arguments/],
  ])('%s ends with 2, an error that says what is right, and nothing on stdout', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await solve(args)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^error: /)
  })

  test.each([
    ['-d', '7'],
    ['--bits', '21', '--count', '16'],
    ['--bits', '17', '--max-bits', '16'],
  ])('R35 hostile difficulty %s %s ends with 4 before any work, and says how to go on', async (...args) => {
    const { exitCode, stderr } = await solve(['-c', 'x', ...args])
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(
      /^error: This takes 2\^\d+\.\d hashes; the limit is 2\^\d+\. .*--max-bits \d+\.\n$/,
    )
  })
})

describe('solve', () => {
  test('prints nonce, header, hashes and time', async () => {
    const { exitCode, stdout, stderr } = await solve(['--challenge', 'abc123', '--difficulty', '2'])
    const [, nonce = ''] = /^nonce ([0-9a-f]+)$/m.exec(stdout) ?? []
    expect(hashHead(`abc123${nonce}`)).toBeLessThanOrEqual(0x00ffffff)
    expect(stdout).toMatch(new RegExp(`^X-PoW-Solution: challenge=abc123,nonce=${nonce}$`, 'm'))
    expect(stdout).toMatch(/^[\d,]+ hashes \(256 expected\) in \d+ ms$/m)
    expect([exitCode, stderr]).toEqual([0, ''])
  })

  test('--json prints one object', async () => {
    const { stdout } = await solve(['-c', 'ü, "x"', ...EASY, '--count', '3', '--json'])
    const solved: { nonces: string[] } & Record<string, unknown> = JSON.parse(stdout)
    expect(Object.keys(solved)).toEqual([
      'challenge',
      'nonce',
      'nonces',
      'header',
      'hashes',
      'elapsedMs',
      'warnings',
    ])
    const nonce = solved.nonces.join('.')
    expect(solved).toMatchObject({ challenge: 'ü, "x"', nonce, hashes: expect.any(Number) })
    expect(solved['header']).toBe(`X-PoW-Solution: challenge=ü, "x",nonce=${nonce}`)
    for (const one of solved.nonces) expect(hashHead(`ü, "x"${one}`)).toBeLessThanOrEqual(0x0fffffff)
  })

  test.each([
    ['--bits', '12'],
    ['--difficulty', '3'],
    ['--target', '000fffff'],
  ])('%s %s are the same work', async (...args) => {
    expect((await solve(['-c', 'same', ...args])).stdout).toContain('(4,096 expected)')
  })

  test("reads target and count from a gate's own challenge, unless told otherwise", async () => {
    const challenge = ownChallenge(0x00ffffff, 4)
    expect((await solve(['-c', challenge])).stdout).toMatch(
      /nonce=([0-9a-f]{16}\.){3}[0-9a-f]{16}\n[^]*1,024 expected/,
    )
    expect((await solve(['-c', `${challenge.slice(1)}!`])).stdout).toContain('(65,536 expected)')
  })

  test.each([
    [
      '-d',
      '1',
      /^warning: The challenge itself demands target 00ffffff and 4 nonce\(s\); a nonce for target 0fffffff is most likely refused\. Leave the flag out\.\n$/,
    ],
    [
      '--count',
      '1',
      /^warning: .*demands target 00ffffff and 4 nonce\(s\); 1 will be refused\. Leave --count out\.\n$/,
    ],
  ])('does what %s %s says, and warns that a gate will refuse it', async (flag, value, warning) => {
    const { exitCode, stdout, stderr } = await solve([
      '-c',
      ownChallenge(0x00ffffff, 4),
      flag,
      value,
      '--json',
    ])
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(warning)])
    expect(JSON.parse(stdout)).toMatchObject({ warnings: [expect.any(String)] })
  })

  test('warns that a challenge has expired, and solves it all the same', async () => {
    const { exitCode, stderr } = await solve(['-c', ownChallenge(0x00ffffff, 1, 1000)], {
      now: () => 1_090_000,
    })
    const words = "By this machine's clock the challenge expired 90 s ago. Ask the server for a fresh one."
    expect([exitCode, stderr]).toEqual([0, `warning: ${words}\n`])
  })

  test.each([
    ['-d', '2'],
    ['-d', '2.5'],
    ['--count', '4'],
  ])('does not warn at %s %s, which is what the challenge demands or harder', async (flag, value) => {
    expect((await solve(['-c', ownChallenge(0x00ffffff, 4), flag, value])).stderr).toBe('')
  })

  test.each(['abc\n', 'abc\r\n', 'abc'])('--challenge - reads %j from standard input', async (stdin) => {
    expect(JSON.parse((await solve(['-c', '-', ...EASY, '--json'], { stdin })).stdout)).toMatchObject({
      challenge: 'abc',
    })
  })

  test('does not let control characters of a challenge reach the terminal', async () => {
    const { stdout } = await solve(['-c', 'a\u001b[31mb\nc', ...EASY], {
      terminal: true,
      env: { NO_COLOR: '1' },
    })
    expect(stdout).toContain(String.raw`challenge=a\u001b[31mb\u000ac,`)
    expect(stdout).not.toContain('\u001b')
  })

  test('shows progress on a terminal only, and erases it', async () => {
    const hard = ['-c', 'progress', '--bits', '18', '--count', '4', '--max-bits', '24', '--workers', '0']
    const onTerminal = await solve(hard, { terminal: true })
    expect(onTerminal.stderr).toMatch(/solving: \d+ % of the expected work, [\d.]+ [kM]H\/s, \d+ ms/)
    expect(onTerminal.stderr.endsWith('\r\u001b[2K')).toBe(true)
    expect((await solve(hard)).stderr).toBe('')
  })

  test('colours on a terminal only, and not with NO_COLOR', async () => {
    const coloured = async (options: Parameters<typeof fakeIo>[0]): Promise<boolean> =>
      (await solve(['-c', 'x', ...EASY], options)).stdout.includes('\u001b[')
    expect(await coloured({ terminal: true })).toBe(true)
    expect(await coloured({ terminal: true, env: { NO_COLOR: '1' } })).toBe(false)
    expect(await coloured({})).toBe(false)
  })

  test('interrupted, ends with 130, without a stack or a result', async () => {
    const { io, written, interrupt, interrupts } = fakeIo({ terminal: true })
    const running = run(['solve', '-c', 'x', '--bits', '32', '--count', '16', '--max-bits', '36'], io)
    while (interrupts.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    while (written.stderr === '') await new Promise((resolve) => setTimeout(resolve, 5))
    interrupt()
    expect(await running).toBe(130)
    expect(written.stdout).toBe('')
    expect(written.stderr.endsWith('\r\u001b[2KInterrupted.\n')).toBe(true)
    expect(interrupts.size).toBe(0)
  })
})

describe('turnpike', () => {
  const commands = 'solve,fetch,inspect,reset,cost,doctor,explain,top,earnings,keys new'.split(',')
  test.each(['', ...commands])('%s --help has usage, examples and exit codes', async (command) => {
    const { io, written } = fakeIo()
    expect(await run([...command.split(' '), '--help'].filter(Boolean), io)).toBe(0)
    expect(written.stdout).toMatch(/Usage: turnpike[^]*Examples:\n +[^]*turnpike[^]*Exit codes: 0 /)
  })

  test('--version prints the version of the package', async () => {
    const { io, written } = fakeIo()
    expect(await run(['--version'], io)).toBe(0)
    expect(written.stdout).toMatch(/^\d+\.\d+\.\d+/)
  })

  test.each([[[]], [['sovle']]])('%j ends with 2 and says what there is', async (args) => {
    const { io, written } = fakeIo()
    expect(await run(args, io)).toBe(2)
    expect(written.stderr).toContain('solve')
  })
})
