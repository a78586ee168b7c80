import type { AccessBook } from './access-book.ts'
import type { CallerDirectory } from './caller.ts'
import type { Book } from './books.ts'
import type { Documents } from './documents.ts'
import type { Emit, Emitter, Subscribe } from './emitter.ts'
import type { Keyring } from './keys.ts'
import type { GateOptions } from './options.ts'
import type { MeterBank } from './meter-bank.ts'
import type { PowRail } from './pow-rail.ts'
import type { Rail } from './rail.ts'
import type { RailKind } from './requirement.ts'
import type { Settlement } from './settlement.ts'
import type { StandIn } from './stand-in.ts'
import type { Store } from './store.ts'
import type { Warnings } from './warnings.ts'

/** The parts of one gate, put together once. */
export interface Engine {
  readonly name: string
  readonly options: GateOptions
  readonly store: Store
  /** Decides while the store is down. */
  readonly standIn: StandIn
  readonly pow: PowRail
  /** Signs what paused calls are resumed with. */
  readonly seals: Keyring
  readonly rails: ReadonlyMap<RailKind, Rail>
  readonly callers: CallerDirectory
  /** Classes that somebody has spoken of. */
  readonly classes: Set<string>
  /** What identity sources want to be served, by absolute path. */
  readonly documents: Documents
  readonly settlement: Settlement
  /** Where running calls charge what they use of meters. */
  readonly meters: MeterBank
  /** Where movements of money are entered. */
  readonly book: Book
  /** Where it is entered who came by token or key; undefined where nobody wants to know. */
  readonly access: AccessBook | undefined
  readonly warnings: Warnings
  readonly emit: Emit
  readonly on: Subscribe
  readonly isHeard: Emitter['isHeard']
  readonly now: () => number
}
