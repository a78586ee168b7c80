import { TurnpikeError } from './errors.ts'
import type { BearerTerms, IdentityDemand, IdentitySource } from './identity.ts'
import { checkKnownOptions } from './option-check.ts'
import type { Rail } from './rail.ts'
import { parseWindows } from './window.ts'

/**
 * The way of those who say who they are. Nothing is spent on it: what it demands is the condition `identity`, which is
 * judged before the caller is named (R1); whoever meets that condition has all that the way wants to see.
 *
 * @param identities - of the gate: requirements that bring no source along mean its bearer source
 */
export function createBearerRail(identities: readonly IdentitySource[]): Rail {
  return {
    kind: 'bearer',
    prepare(terms) {
      const { quota, scope, source } = checkTerms(terms)
      const identity: IdentityDemand = { source: source ?? ofGate(identities), scope: scopesOf(scope) }
      return {
        rail: 'bearer',
        quota: quota === undefined ? [] : parseWindows(quota, 'bearer quota'),
        counted: false,
        identity,
        verify: () => ({ outcome: 'valid', claims: [] }),
        offer: () => undefined,
      }
    },
    read: () => [{ rail: 'bearer', text: '' }],
    authenticate: () => '',
  }
}

/** Where requirements are written before there is a gate (decorators), they cannot name its source. */
function ofGate(identities: readonly IdentitySource[]): IdentitySource {
  const [source, ...more] = identities.filter(({ kind }) => kind === 'bearer')
  if (source !== undefined && more.length === 0) return source
  throw invalid(
    'a bearer requirement without a source means that of the gate: give it one, and one only, in `identities`, such as ' +
      'accessTokens() of @turnpike/oauth',
  )
}

function scopesOf(scope: BearerTerms['scope'] = []): readonly string[] {
  const texts = typeof scope === 'string' ? [scope] : scope
  return texts.flatMap((text) => text.split(' ')).filter((one) => one !== '')
}

function checkTerms(terms: unknown): BearerTerms {
  if (!isBearerTerms(terms)) {
    throw invalid('a bearer requirement needs { source, scope }; bearer() of @turnpike/oauth makes one')
  }
  checkKnownOptions('a bearer requirement', terms, ['source', 'scope', 'quota'])
  return terms
}

function isBearerTerms(terms: unknown): terms is BearerTerms {
  if (typeof terms !== 'object' || terms === null) return false
  const isSourced = !('source' in terms) || isIdentitySource(terms.source)
  return isSourced && (!('scope' in terms) || isScope(terms.scope))
}

function isScope(value: unknown): boolean {
  return [value].flat().every((one) => typeof one === 'string')
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('requirement_invalid', complaint)
}

/** Has it the shape of a source? */
export function isIdentitySource(value: unknown): value is IdentitySource {
  return (
    typeof value === 'object' &&
    value !== null &&
    'verify' in value &&
    typeof value.verify === 'function' &&
    'challenges' in value &&
    typeof value.challenges === 'function' &&
    'kind' in value
  )
}
