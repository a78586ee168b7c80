import type { IdentitySource } from '@turnpike/core'

/** Takes `Bearer <scope>+<scope>...`: what it says is what is granted. Real tokens are the business of `@turnpike/oauth`. */
export function sampleTokens(): IdentitySource {
  return {
    kind: 'bearer',
    verify(view) {
      const [, granted] = /^Bearer (.+)$/.exec(view.header('authorization') ?? '') ?? []
      if (granted === undefined) return undefined
      return {
        outcome: 'verified',
        identity: { source: 'bearer', class: 'agent', id: 'p', subject: 'p', scopes: granted.split('+') },
      }
    },
    challenges: (scope) => [`Bearer scope="${scope.join(' ')}"`],
    documents: new Map([['/.well-known/oauth-protected-resource', { resource: 'https://api.example.com' }]]),
  }
}
