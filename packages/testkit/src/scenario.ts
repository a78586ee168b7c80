/**
 * The application that every adapter is tested with, as data: a server file maps it to its framework. Loaded by those
 * server files, in a process of their own, from `@turnpike/testkit/scenario`: nothing here may import jest.
 */
import { createGate, type Admission, type Gate, type GateOptions, type Store } from '@turnpike/core'
import { nextMark, replyOf, type ScenarioReply } from './scenario-replies.ts'
import { SCENARIO_ROUTES, type ScenarioReplyName, type ScenarioRoute } from './scenario-routes.ts'
import { voucherRail } from './voucher-rail.ts'

export { SCENARIO_POLICIES } from './scenario-routes.ts'
export { scenarioGates } from './scenario-gates.ts'
export type { GateMakers } from './scenario-gates.ts'
export type {
  ScenarioPolicy,
  ScenarioPolicyName,
  ScenarioReplyName,
  ScenarioRoute,
} from './scenario-routes.ts'
export type { ScenarioReply } from './scenario-replies.ts'

/** What differs between the runs of one server file; given in the environment as JSON. */
export interface ScenarioSettings {
  /** The framework's own setting: addresses in front of us, or `true` for all (a mistake that it should name). */
  readonly trustProxy?: number | true
  /** Does every operation of the store fail? */
  readonly storeDown?: boolean
}

/** The variable of the environment that holds the settings. */
export const SETTINGS_VARIABLE = 'TURNPIKE_SCENARIO'
/** Names the caller; without it the address does. */
export const CALLER_HEADER = 'x-caller'
/** Present, it has the naming of the caller wait for the next mark, as for a slow database. */
export const PAUSE_HEADER = 'x-pause'
/** What the application exposes to scripts of other origins by itself. */
export const OWN_EXPOSED_FIELD = 'X-Own-Field'

/** The application, but for the framework. */
export interface Scenario {
  readonly settings: ScenarioSettings
  readonly gate: Gate
  readonly secondGate: Gate
  readonly routes: readonly ScenarioRoute[]
  /** Runs the handler of a route. @throws for the handler that breaks */
  handle(name: ScenarioReplyName, admission: Admission | undefined): Promise<ScenarioReply>
  /** To be called with what reaches the framework's error handler. */
  readonly reportError: (error: unknown) => void
  /**
   * To be called with the server's port. SIGUSR2 asks for a mark in the log, below everything that has happened by then.
   * SIGTERM stops the server: the process must then end by itself.
   */
  listening(port: number, close: () => void): void
}

/** Makes the gates and reports what they do, one line of JSON per event. */
export function openScenario(): Scenario {
  const settings = settingsOf(process.env[SETTINGS_VARIABLE])
  const gate = reporting(createGate(optionsOf('scenario', settings)))
  const secondGate = reporting(createGate(optionsOf('second', settings)))
  return {
    settings,
    gate,
    secondGate,
    routes: SCENARIO_ROUTES,
    handle: async (name, admission) => {
      report({ type: 'started', reply: name })
      return await replyOf(name, admission)
    },
    reportError: (error) => report({ type: 'error', ...describeError(error) }),
    listening(port, close) {
      report({ url: `http://127.0.0.1:${port}` })
      process.on('SIGUSR2', () => void mark([gate, secondGate]))
      process.once('SIGTERM', () => {
        close()
        void Promise.all([gate.close(), secondGate.close()])
      })
    },
  }
}

function settingsOf(text = '{}'): ScenarioSettings {
  const settings: ScenarioSettings = JSON.parse(text)
  return settings
}

function optionsOf(name: string, { storeDown = false }: ScenarioSettings): GateOptions {
  return {
    name,
    secret: `the secret of the gate named ${name}, long enough`,
    rails: [voucherRail],
    log: () => undefined,
    caller: async (view) => {
      if (view.header(PAUSE_HEADER) !== undefined) await pauseDecision()
      const id = view.header(CALLER_HEADER)
      return id === undefined ? undefined : { class: 'tester', id }
    },
    ...(storeDown ? { store: brokenStore } : {}),
  }
}

function reporting(gate: Gate): Gate {
  for (const type of ['admitted', 'refused', 'ended', 'warning'] as const) gate.on(type, report)
  return gate
}

function report(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

/** Goes on a little after the mark: the server has heard by then that a client left before it. */
async function pauseDecision(): Promise<void> {
  report({ type: 'deciding' })
  await nextMark()
  await pause(AFTERMATH_MS)
}

/** An answer reaches its client a little before the server itself learns that it is out. */
const AFTERMATH_MS = 25

async function mark(gates: readonly Gate[]): Promise<void> {
  await pause(AFTERMATH_MS)
  await Promise.all(gates.map(async (gate) => await gate.drain()))
  report({ type: 'mark' })
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  return { message: error.message, ...('code' in error ? { code: error.code } : {}) }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

const down = (): Promise<never> => Promise.reject(new Error('the store is down'))

const brokenStore: Store = {
  admit: down,
  renew: down,
  keep: down,
  giveBack: down,
  revoke: down,
  adjust: down,
  hold: down,
  resume: down,
  inspect: down,
  reset: down,
  close: () => Promise.resolve(),
}
