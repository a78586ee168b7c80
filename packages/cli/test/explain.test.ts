import { describe, expect, test } from '@jest/globals'
import { createGate, TurnpikeError } from '@turnpike/core'
import { PROBLEM_CODES } from '@turnpike/protocol'
import { turnpike } from './turnpike.ts'

describe('explain', () => {
  test('is the command that errors end in, and says what to do', async () => {
    const complaint = complaintOf(() => createGate({ secret: 'short' }))
    const [, command = ''] = /: npx @turnpike\/cli (.*)\)$/.exec(complaint) ?? []
    const { exitCode, stdout } = await turnpike(command.split(' '))
    expect([command, exitCode]).toEqual(['explain secret_short', 0])
    expect(stdout).toMatch(
      /^secret_short \(Errors\)\n\n\*\*What happened\.\*\* [^]*\n\n\*\*What to do\.\*\* /,
    )
  })

  test('knows every code of a refusal', async () => {
    for (const [code, { title }] of Object.entries(PROBLEM_CODES)) {
      expect((await turnpike(['explain', code])).stdout).toContain(title)
    }
  })

  test('shows nothing that is there for the tests of the document', async () => {
    const { stdout } = await turnpike(['explain', 'option_unknown'])
    expect(stdout).toContain('```ts\n')
    expect(stdout).not.toContain('<!--')
  })

  test('without a code lists them by kind', async () => {
    const { exitCode, stdout } = await turnpike(['explain'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Errors\n {2}option_unknown\n[^]*\n\nWarnings\n {2}class_unknown\n/)
    const listed: object = JSON.parse((await turnpike(['explain', '--json'])).stdout)
    expect(listed).toMatchObject({ Errors: expect.arrayContaining(['option_unknown']) })
  })

  test.each([
    ['credential_spend', 'did you mean [^]*credential_spent'],
    ['trust_prox', 'did you mean trust_proxy_spoofable or trust_proxy_missing\\?'],
    ['\u001b[2J', 'turnpike explain lists them all'],
    ['', 'turnpike explain lists them all'],
  ])('of %j, which is no code, names the nearest and ends with 2', async (typed, hint) => {
    const { exitCode, stdout, stderr } = await turnpike(['explain', typed])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(new RegExp(`^error: There is no code "[^\u001b]*": ${hint}`))
  })

  test('--json has the code, its kind and its text', async () => {
    const parsed: object = JSON.parse((await turnpike(['explain', 'credential_spent', '--json'])).stdout)
    const text = expect.stringContaining('_402: ')
    expect(parsed).toEqual({ code: 'credential_spent', kind: 'Answers to callers', text })
  })
})

function complaintOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof TurnpikeError) return error.message
  }
  throw new Error('nothing was thrown')
}
