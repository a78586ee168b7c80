import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { splitCommand } from '../src/command-line.ts'

describe('splitCommand', () => {
  test.each([
    ['', /names no command/],
    ['   ', /names no command/],
    ["''", /names no command/],
    ["python 'open", /character 8 is not closed/],
    ['python "open', /character 8 is not closed/],
    ['python "open\\"', /character 8 is not closed/],
    ['python \\', /character 8 is not closed/],
  ])('refuses %j', (text, message) => {
    expect(() => splitCommand(text, '--stdio')).toThrow(message)
  })

  test.each([
    ['python3 server.py', ['python3', 'server.py']],
    ['  uv   run\tserver.py ', ['uv', 'run', 'server.py']],
    ["'/opt/my server/run' --name 'a \"b\" \\c'", ['/opt/my server/run', '--name', 'a "b" \\c']],
    ['run "a \\"b\\" \\\\ \\c"', ['run', 'a "b" \\ \\c']],
    ['run a\\ b c\\\\d', ['run', 'a b', 'c\\d']],
    ["run --name='a b'c", ['run', '--name=a bc']],
    ['run \'\' ""', ['run', '', '']],
    // No shell: nothing of this means anything.
    ['run $HOME *.py | cat > x && y; `z`', ['run', '$HOME', '*.py', '|', 'cat', '>', 'x', '&&', 'y;', '`z`']],
  ])('%j', (text, words) => {
    expect(splitCommand(text, '--stdio')).toEqual(words)
  })

  test('takes quoted words as they are', () => {
    const quote = (word: string): string => `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (command, args) => {
        const words = [command, ...args]
        expect(splitCommand(words.map(quote).join(' '), '--stdio')).toEqual(words)
      }),
    )
  })
})
