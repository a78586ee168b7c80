import {
  createGate,
  TurnpikeError,
  type CallerName,
  type Gate,
  type GateOptions,
  type PolicyOptions,
  type RequestView,
} from '@turnpike/core'

/** All that the gate can be told, and what only Nest knows. */
export interface TurnpikeModuleOptions extends GateOptions {
  /** A gate to share, in place of options for one of the module's own. Whoever made it closes it. */
  readonly gate?: Gate
  /**
   * What handlers demand that say nothing themselves, and the parts that those leave unsaid which say something. Reaches
   * undecorated handlers only where `TurnpikeGuard` is bound as a global guard.
   */
  readonly policy?: PolicyOptions
  /** Names the caller by what a guard or a middleware left in `request.user`; undefined falls back to `caller`, then to the address. */
  readonly callerFromUser?: (user: unknown) => CallerName | undefined | Promise<CallerName | undefined>
  /**
   * Who sets `request.user` (default 'guard'): after a guard of yours, the gate must come second, and that is checked at
   * start. A middleware always comes before it.
   */
  readonly userSetBy?: 'guard' | 'middleware'
}

/** For `forRootAsync({ useClass })` and `useExisting`. */
export interface TurnpikeOptionsFactory {
  createTurnpikeOptions(): TurnpikeModuleOptions | Promise<TurnpikeModuleOptions>
}

/** What guards left in `request.user`, until the gate asks for the caller's name. */
const users = new WeakMap<RequestView, unknown>()

/** Notes who is behind a request. */
export function rememberUser(view: RequestView, user: unknown): void {
  if (user !== undefined && user !== null) users.set(view, user)
}

/**
 * The gate that the options ask for.
 * @throws TurnpikeError as `createGate` does, and `option_invalid` for a gate beside options for another
 */
export function gateOf(options: TurnpikeModuleOptions): Gate {
  const { gate, policy: _policy, callerFromUser, userSetBy = 'guard', ...rest } = options
  if (userSetBy !== 'guard' && userSetBy !== 'middleware') {
    throw new TurnpikeError(
      'option_invalid',
      `TurnpikeModule userSetBy '${String(userSetBy)}': take 'guard' or 'middleware'`,
    )
  }
  if (gate === undefined) {
    if (callerFromUser === undefined) return createGate(rest)
    return createGate({
      ...rest,
      caller: async (view, identities) =>
        (await nameOf(users.get(view), callerFromUser)) ?? (await rest.caller?.(view, identities)),
    })
  }
  const others = Object.keys({ ...rest, ...(callerFromUser && { callerFromUser }) })
  if (others.length > 0) {
    throw new TurnpikeError(
      'option_invalid',
      `TurnpikeModule got a gate and ${others.join(', ')}: a gate that is made already takes no options; give them to createGate()`,
    )
  }
  return gate
}

async function nameOf(
  user: unknown,
  callerFromUser: NonNullable<TurnpikeModuleOptions['callerFromUser']>,
): Promise<CallerName | undefined> {
  return user === undefined ? undefined : await callerFromUser(user)
}
