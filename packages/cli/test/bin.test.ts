import { describe, expect, test } from '@jest/globals'
import { execFile, spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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

/** Breaks off an endless search when it is well under way: later where the process had not come to listen. */
async function interrupted(workers: string, afterMs = 1000): Promise<Omit<Ended, 'stdout'>> {
  const args = ['solve', '-c', 'x', '--bits', '32', '--count', '16', '--max-bits', '36', '--workers', workers]
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const interrupting = setTimeout(() => child.kill('SIGINT'), afterMs)
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearTimeout(interrupting)
  return child.signalCode === null ? { exitCode, stderr } : await interrupted(workers, 2 * afterMs)
}

describe('the installed command', () => {
  test('solves and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await turnpike(['solve', '-c', 'abc123', '-d', '4', '--json'])
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ challenge: 'abc123' })
  })

  test('solves with workers', async () => {
    const args = ['solve', '-c', 'abc123', '--bits', '16', '--workers', '2', '--json']
    const { exitCode, stdout } = await turnpike(args)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      header: expect.stringMatching(/^X-PoW-Solution: challenge=abc123,nonce=/),
    })
  })

  test('reads the challenge from standard input', async () => {
    const { stdout } = await turnpike(['solve', '-c', '-', '-d', '1', '--json'], 'from a pipe\n')
    expect(JSON.parse(stdout)).toMatchObject({ challenge: 'from a pipe' })
  })

  test('reads no more than a challenge from standard input', async () => {
    const { exitCode, stderr } = await turnpike(['solve', '-c', '-'], 'x'.repeat(5000))
    expect([exitCode, stderr]).toEqual([1, 'error: Standard input holds more than 4096 bytes.\n'])
  })

  test('exits with 2 when used wrongly', async () => {
    expect(await turnpike(['solve'])).toMatchObject({ exitCode: 2, stdout: '' })
  })

  test('stops at Ctrl-C with 130 and no stack, with workers and without', async () => {
    const stopped = { exitCode: 130, stderr: 'Interrupted.\n' }
    expect(await Promise.all([interrupted('0'), interrupted('2')])).toEqual([stopped, stopped])
  })

  test('ends quietly when nobody reads any longer', async () => {
    const endless = createServer((_, response) => {
      const writing = setInterval(() => response.write('x'.repeat(4096)), 1)
      response.on('close', () => clearInterval(writing))
    })
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`
    const child = spawn(process.execPath, [bin, 'fetch', url], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    child.stdout.once('data', () => child.stdout.destroy())
    const exitCode = await new Promise((resolve) => child.on('exit', resolve))
    endless.close()
    expect([exitCode, stderr]).toEqual([0, ''])
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
