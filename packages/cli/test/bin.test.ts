import { describe, expect, test } from '@jest/globals'
import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packageFolder = join(import.meta.dirname, '..')
const bin = join(packageFolder, 'bin', 'turnpike.js')

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

async function turnpike(args: readonly string[], stdin = ''): Promise<Ended> {
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [bin, ...args], (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode, stdout, stderr })
    })
    child.stdin?.end(stdin)
  })
}

describe('the installed command', () => {
  test('solves and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await turnpike(['solve', '-c', 'abc123', '-d', '4', '--json'])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ challenge: 'abc123' })
  })

  test('solves with workers', async () => {
    const { exitCode, stdout } = await turnpike([
      'solve',
      '-c',
      'abc123',
      '--bits',
      '18',
      '--workers',
      '2',
      '--json',
    ])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      header: expect.stringMatching(/^X-PoW-Solution: challenge=abc123,nonce=/),
    })
  })

  test('reads the challenge from standard input', async () => {
    const { stdout } = await turnpike(['solve', '-c', '-', '-d', '1', '--json'], 'from a pipe\n')
    expect(JSON.parse(stdout)).toMatchObject({ challenge: 'from a pipe' })
  })

  test('exits with 2 when used wrongly', async () => {
    expect(await turnpike(['solve'])).toMatchObject({ exitCode: 2, stdout: '' })
  })

  test.each([0, 2])('stops at Ctrl-C with 130 and no stack (%d workers)', async (workers) => {
    const args = ['solve', '-c', 'x', '--bits', '32', '--max-bits', '32', '--workers', String(workers)]
    const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    setTimeout(() => child.kill('SIGINT'), 1500)
    const exitCode = await new Promise((resolve) => child.on('exit', resolve))
    expect([exitCode, stderr]).toEqual([130, 'Interrupted.\n'])
  })

  test('without its dist says what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'turnpike-bin-'))
    mkdirSync(join(folder, 'bin'))
    cpSync(bin, join(folder, 'bin', 'turnpike.mjs'))
    const ended = await new Promise<Ended>((resolve) => {
      const child = execFile(process.execPath, [join(folder, 'bin', 'turnpike.mjs')], (_, stdout, stderr) => {
        resolve({ exitCode: child.exitCode, stdout, stderr })
      })
    })
    rmSync(folder, { recursive: true })
    expect(ended).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^turnpike is not installed completely.*\n$/),
    })
  })
})
