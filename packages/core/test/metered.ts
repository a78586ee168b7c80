import { memoryStore, type Meters, type PolicyOptions, type Store } from '@turnpike/core'
import { request, testGate } from './requests.ts'

export const TOKENS: Meters = { tokens: { limit: '100/1h', estimate: 10 } }
export const OK = { kind: 'completed', status: 200 } as const

/** A gate on a store that counts its calls and can be cut off, and one metered policy. */
export function metered(options: PolicyOptions = { meters: TOKENS }) {
  const clock = { ms: 1_800_000_000_000 }
  const real = memoryStore({ now: () => clock.ms })
  const calls = { admit: 0, adjust: 0, isCut: false }
  const store: Store = {
    ...real,
    async admit(ask) {
      calls.admit += 1
      if (calls.isCut) throw new Error('connection refused')
      return real.admit(ask)
    },
    async adjust(adjustments) {
      calls.adjust += 1
      if (calls.isCut) throw new Error('connection refused')
      await real.adjust(adjustments)
    },
  }
  const made = testGate({
    store,
    now: () => clock.ms,
    caller: (view) => {
      const id = view.header('x-caller')
      return id === undefined ? undefined : { class: view.header('x-class') ?? 'agent', id, subject: 'acme' }
    },
  })
  const policy = made.gate.policy(options)
  const decide = async (headers: Readonly<Record<string, string>> = { 'x-caller': 'a' }, body?: unknown) =>
    await made.gate.decide(request({ headers, body }), policy)
  const used = async (caller = 'a') => {
    const windows = await made.gate.inspect({ class: 'agent', id: caller, subject: 'acme', byAddress: false })
    return windows.find(({ id }) => id.startsWith('tokens'))?.used ?? 0
  }
  return { ...made, clock, policy, decide, used, calls }
}

/** Lets everything happen that was begun. */
export async function soon(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 5)
  })
}
