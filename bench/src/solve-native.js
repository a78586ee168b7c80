/** The same search in C, built here where there is a compiler: what WebAssembly could reach, and what it cannot. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { solve } from '@turnpike/solver'

const SOURCES = fileURLToPath(new URL('../native/', import.meta.url))
const CHALLENGE = 'c'.repeat(100)
const TARGET = '0000ffff'
/** Each stands for 65,536 hashes. */
const OUTER_VALUES = 64

/** What each needs of the processor (flags of /proc/cpuinfo) and of the compiler. */
const PROGRAMS = {
  'c-128': { source: 'vectors.c', needs: ['avx2'], flags: ['-mavx2', '-DLANES=4'] },
  'c-256': { source: 'vectors.c', needs: ['avx2'], flags: ['-mavx2', '-DLANES=8'] },
  'c-512': {
    source: 'vectors.c',
    needs: ['avx512f', 'avx512vl'],
    flags: ['-mavx512f', '-mavx512vl', '-mprefer-vector-width=512', '-DLANES=16'],
  },
  'c-sha-ni': { source: 'sha-ni.c', needs: ['sha_ni', 'avx2'], flags: ['-mavx2', '-msha'] },
}

/** @returns {readonly string[]} those that can be built and run here; none without gcc, or off Linux on x86 */
export function nativePrograms() {
  if (spawnSync('gcc', ['--version']).status !== 0) return []
  const has = processorFlags()
  return Object.entries(PROGRAMS)
    .filter(([, { needs }]) => needs.every((flag) => has.has(flag)))
    .map(([name]) => name)
}

export const nativeContenders = Object.fromEntries(
  Object.entries(PROGRAMS).map(([name, program]) => [name, async () => await built(program)]),
)

/** @param {(typeof PROGRAMS)[keyof typeof PROGRAMS]} program */
async function built({ source, flags }) {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-bench-'))
  const file = join(folder, 'search')
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  execFileSync('gcc', ['-O3', '-std=gnu11', ...flags, source, '-o', file], { cwd: SOURCES })
  const { nonces } = await solve({ challenge: CHALLENGE, target: TARGET, workers: 0 })
  const first = Number.parseInt(nonces[0] ?? '', 16)
  return {
    run: () => {
      const output = execFileSync(file, [CHALLENGE, TARGET, String(OUTER_VALUES)], { encoding: 'utf8' })
      const [cpuUs = 0, ops = 0, found = -1] = output.split(' ').map(Number)
      if (found !== first) throw new Error(`it found ${found}, we found ${first}`)
      return { cpuUs, ops }
    },
  }
}

function processorFlags() {
  try {
    const [, flags = ''] = /^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? []
    return new Set(flags.split(' '))
  } catch {
    return new Set()
  }
}
