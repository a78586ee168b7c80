import { describe, expect, test } from '@jest/globals'
import { auditFile } from '@turnpike/node'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

function inFolder(run: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'turnpike-audit-'))
    try {
      await run(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

describe('an audit file', () => {
  test(
    'takes lines in order, after what is there, and nobody else can read it',
    inFolder(async (folder) => {
      const path = join(folder, 'audit.jsonl')
      const first = auditFile(path)
      await Promise.all(Array.from({ length: 50 }, async (_, n) => await first(`{"n":${n}}`)))
      await auditFile(path)('{"n":50}')
      const lines = Array.from({ length: 51 }, (_, n) => `{"n":${n}}\n`)
      expect(readFileSync(path, 'utf8')).toBe(lines.join(''))
      expect(statSync(path).mode & 0o777).toBe(0o600)
    }),
  )

  test(
    'rejects what it could not write, and goes on when it can',
    inFolder(async (folder) => {
      const path = join(folder, 'missing', 'audit.jsonl')
      const log = auditFile(path)
      await expect(Promise.resolve(log('{"n":1}'))).rejects.toThrow('ENOENT')
      mkdirSync(join(folder, 'missing'))
      await log('{"n":2}')
      expect(readFileSync(path, 'utf8')).toBe('{"n":2}\n')
    }),
  )
})
