import { describe, expect, test } from '@jest/globals'
import {
  createGate,
  type Decision,
  type Gate,
  type Pass,
  type PolicyOptions,
  type Store,
} from '@turnpike/core'
import { onStore } from './open-store.ts'
import type { StoreOpener } from './open-store.ts'

/**
 * Meters and calls in flight as a gate holds them, on any store (RULES R33): by what gates decide, and by what is left in
 * the store. Two gates share it, as two processes would.
 *
 * @param open makes a fresh, empty store for each test.
 */
export function describeMeters(name: string, open: StoreOpener): void {
  describe(`meters: ${name}`, () => {
    describeBudgets(open)
    describeFlights(open)
  })
}

const DONE = { kind: 'completed', status: 200 } as const
const NOT_STARTED = { kind: 'notStarted' } as const
/** Windows in which nothing comes back during a test. */
const TOKENS = { tokens: { limit: ['100/1h', '1000/1d'], estimate: 10 } } as const

interface Gates {
  /** Asks one of two gates, in turn. */
  readonly decide: (caller?: string) => Promise<Decision>
  readonly pass: (caller?: string) => Promise<Pass>
  /** Units of the shortest window of the meter. */
  readonly used: (caller?: string) => Promise<number>
  readonly settled: () => Promise<void>
  /** Ends what still runs: nobody renews its leases then. */
  readonly end: () => Promise<void>
}

function gatesOn(store: Store, options: PolicyOptions): Gates {
  const make = (): readonly [Gate, ReturnType<Gate['policy']>] => {
    const gate = createGate({
      name: 'metered',
      secret: 'a secret of the tests, long enough to be one',
      store,
      log: () => undefined,
      caller: (view) => ({ class: 'agent', id: view.header('caller') ?? 'a', subject: 'acme' }),
    })
    return [gate, gate.policy({ name: 'chat', ...options })]
  }
  const gates = [make(), make()] as const
  const passes: Pass[] = []
  let turn = 0
  const decide = async (caller = 'a'): Promise<Decision> => {
    const [gate, policy] = gates[turn++ % 2 === 0 ? 0 : 1]
    const header = (name: string): string | undefined => (name === 'caller' ? caller : undefined)
    const view = { method: 'GET', path: '/chat', header, body: () => undefined }
    const decision = await gate.decide(view, policy)
    if (decision.outcome === 'pass') passes.push(decision)
    return decision
  }
  const settled = async (): Promise<void> => {
    await Promise.all(gates.map(async ([gate]) => await gate.drain()))
  }
  return {
    decide,
    async pass(caller) {
      const decision = await decide(caller)
      if (decision.outcome !== 'pass') throw new Error(`expected a pass: ${JSON.stringify(decision)}`)
      return decision
    },
    async used(caller = 'a') {
      const id = { class: 'agent', id: caller, subject: 'acme', byAddress: false }
      const reports = await gates[0][0].inspect(id)
      const [shortest] = reports.toSorted((a, b) => a.windowMs - b.windowMs)
      return shortest?.used ?? 0
    },
    settled,
    async end() {
      await Promise.all(passes.map(async (pass) => await pass.finish(NOT_STARTED)))
      await settled()
    },
  }
}

/** Runs a test body on gates that share a store of its own. */
function onGates(
  open: StoreOpener,
  options: PolicyOptions,
  body: (gates: Gates) => Promise<void>,
): () => Promise<void> {
  return onStore(open, async ({ store }) => {
    const gates = gatesOn(store, options)
    try {
      await body(gates)
    } finally {
      await gates.end()
    }
  })
}

function passesIn(decisions: readonly Decision[]): number {
  return decisions.filter(({ outcome }) => outcome === 'pass').length
}

function codeOf(decision: Decision): string {
  return decision.outcome === 'refuse' ? decision.code : decision.outcome
}

function describeBudgets(open: StoreOpener): void {
  test(
    'R33 fifty calls at once against a budget for ten: at most ten are admitted',
    onGates(open, { meters: TOKENS }, async ({ decide, used }) => {
      const decisions = await Promise.all(Array.from({ length: 50 }, async () => await decide()))
      expect(passesIn(decisions)).toBe(10)
      expect(decisions.filter(({ outcome }) => outcome !== 'pass').map(codeOf)).toEqual(
        Array(40).fill('meter_exhausted'),
      )
      expect(await used()).toBe(100)
    }),
  )
  test.each([
    ['nothing reported', undefined, 10],
    ['nothing used', 0, 0],
    ['less', 3, 3],
    ['as much', 10, 10],
    ['more', 47, 47],
    ['more than the whole budget', 1250, 1250],
  ])(
    'R33 what was really used stands at the end: %s',
    async (_, units, expected) =>
      await onGates(open, { meters: TOKENS }, async ({ pass, used, settled }) => {
        const { admission, finish } = await pass()
        if (units !== undefined) admission.meter('tokens', units)
        await finish(DONE)
        await finish(DONE)
        await settled()
        expect(await used()).toBe(expected)
      })(),
  )
  test(
    'R31 a call that never began leaves nothing behind',
    onGates(open, { meters: TOKENS }, async ({ pass, used }) => {
      await (await pass()).finish(NOT_STARTED)
      expect(await used()).toBe(0)
    }),
  )
  test(
    'R33 streams that debit as they go are all told when they have used the budget up together',
    onGates(open, { meters: TOKENS }, async ({ pass, used, decide, settled }) => {
      const stream = async (): Promise<number> => {
        const { admission, finish } = await pass()
        const signal = admission.signal('tokens')
        let units = 0
        while (!signal.aborted && units < 500) {
          admission.meter('tokens', 1)
          units += 1
          await settled()
        }
        await finish(DONE)
        return units
      }
      const total = (await Promise.all([stream(), stream(), stream()])).reduce((sum, units) => sum + units)
      expect(await used()).toBe(total)
      // Each may be a few reports ahead of the store when it is told.
      expect(total).toBeGreaterThanOrEqual(100)
      expect(total).toBeLessThan(200)
      expect(codeOf(await decide())).toBe('meter_exhausted')
    }),
  )
  test(
    'R17 a budget that was given back is there at once, whatever was refused before',
    onGates(open, { meters: { tokens: { limit: '1/1h', estimate: 1 } } }, async ({ pass, decide }) => {
      const { admission, finish } = await pass()
      for (let attempt = 0; attempt < 4; attempt += 1) expect(codeOf(await decide())).toBe('meter_exhausted')
      admission.meter('tokens', 0)
      await finish(DONE)
      await pass()
    }),
  )
  test.each(['subject', 'class', 'gate'] as const)(
    'R9 a budget per %s is never exceeded by fifty callers at once, and what one gives back serves the next',
    async (per) =>
      await onGates(
        open,
        {
          free: '1/1h',
          meters: { tokens: { ...TOKENS.tokens, per } },
        },
        async ({ decide, pass, settled }) => {
          const callers = Array.from({ length: 50 }, (_, index) => `caller ${index}`)
          const decisions = await Promise.all(callers.map(async (caller) => await decide(caller)))
          expect(passesIn(decisions)).toBe(10)
          const first = decisions.find((decision) => decision.outcome === 'pass')
          first?.admission.meter('tokens', 0)
          await first?.finish(DONE)
          await settled()
          // Whom the budget refused has kept the free call.
          const refused = callers[decisions.findIndex(({ outcome }) => outcome === 'refuse')]
          await pass(refused)
        },
      )(),
  )
}

function describeFlights(open: StoreOpener): void {
  test(
    'fifty calls at once, five in flight: never more than five run, all are served, none is left over',
    onGates(open, { inFlight: 5 }, async ({ decide }) => {
      const seen = { running: 0, most: 0, served: 0 }
      const agent = async (): Promise<void> => {
        for (;;) {
          const decision = await decide()
          if (decision.outcome === 'pass') {
            seen.running += 1
            seen.most = Math.max(seen.most, seen.running)
            await breath()
            seen.running -= 1
            seen.served += 1
            return await decision.finish(DONE)
          }
          expect(codeOf(decision)).toBe('in_flight_limit')
          await breath()
        }
      }
      await Promise.all(Array.from({ length: 50 }, agent))
      expect(seen).toEqual({ running: 0, most: 5, served: 50 })
      const after = await Promise.all(Array.from({ length: 8 }, async () => await decide()))
      expect(passesIn(after)).toBe(5)
    }),
  )
  test(
    'a slot of a call that was refused for its budget is free',
    onGates(
      open,
      {
        inFlight: 2,
        meters: { tokens: { limit: '10/1h', estimate: 10 } },
      },
      async ({ decide, pass }) => {
        const { admission, finish } = await pass()
        for (let attempt = 0; attempt < 3; attempt += 1)
          expect(codeOf(await decide())).toBe('meter_exhausted')
        admission.meter('tokens', 0)
        await finish(DONE)
        await (await pass()).finish(NOT_STARTED)
        await pass()
      },
    ),
  )
}

/** Lets others have their turn, stores that answer over a socket among them. */
async function breath(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 1)
  })
}
