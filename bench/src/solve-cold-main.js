/** One cold start: 65,536 hashes, none of which is good enough, by `solve` as users call it. */
import { solve } from '@turnpike/solver'

const before = process.cpuUsage()
const begunAt = performance.now()
await solve({
  challenge: 'c'.repeat(100),
  target: '00000000',
  maxBits: 32,
  maxHashes: 65_536,
  workers: 0,
}).catch(() => undefined)
const wallMs = performance.now() - begunAt
const { user, system } = process.cpuUsage(before)
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 }))
