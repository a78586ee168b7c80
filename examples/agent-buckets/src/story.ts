import type { Fate, Program, Told } from './callers.ts'

/** Who calls in the story. All of them belong to one account. */
export interface Cast {
  readonly browser: Program
  readonly agents: readonly Program[]
}

interface Round {
  readonly title: string
  readonly who: 'browser' | 'agents'
  /** Calls of each of them. */
  readonly calls: number
}

/** Calls by what became of them. */
export type Tally = Readonly<Record<Fate, number>>

/** What became of the calls of each round, and what an agent was told that was refused. */
export interface Outcome {
  readonly rounds: readonly Tally[]
  readonly told: readonly Told[]
}

/** A person who browses, while agents of the same account work. */
export const ROUNDS: readonly Round[] = [
  { title: 'The browser opens 10 pages', who: 'browser', calls: 10 },
  { title: 'Three agents make 40 calls each', who: 'agents', calls: 40 },
  { title: 'The browser opens 10 pages', who: 'browser', calls: 10 },
  { title: 'The agents want 10 more each', who: 'agents', calls: 10 },
  { title: 'The browser opens 10 pages', who: 'browser', calls: 10 },
]

/** Plays all rounds at the server at `url`. It takes a few seconds, well within one minute of anybody's window. */
export async function play(url: string, { browser, agents }: Cast): Promise<Outcome> {
  const rounds: Tally[] = []
  for (const { who, calls } of ROUNDS) {
    const programs = who === 'browser' ? [browser] : agents
    rounds.push(
      tallyOf(await Promise.all(programs.map(async (program) => await callOften(program, url, calls)))),
    )
  }
  return { rounds, told: agents[0]?.told() ?? [] }
}

/** One call after the other, as fast as they are answered. */
async function callOften(program: Program, url: string, calls: number): Promise<readonly Fate[]> {
  const fates: Fate[] = []
  for (let call = 0; call < calls; call += 1) fates.push(await program.call(url))
  return fates
}

function tallyOf(fates: readonly (readonly Fate[])[]): Tally {
  const tally = { free: 0, pow: 0, lightning: 0, refused: 0 }
  for (const fate of fates.flat()) tally[fate] += 1
  return tally
}
